import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema, type MethodDescriptorProto } from '@bufbuild/protobuf/wkt';
import { Operation, Port } from '../../lib';
import { catalogDescriptor } from '../support/descriptors';

/** The rules of google.api.http that a method has, as field numbers and texts. */
function rulesOf(method: MethodDescriptorProto | undefined): (readonly [number, string])[][] {
  return (method?.options?.$unknown ?? []).map(({ data }) => fieldsOf(new BinaryReader(data).bytes()));
}

function fieldsOf(bytes: Uint8Array): (readonly [number, string])[] {
  const reader = new BinaryReader(bytes);
  const fields: (readonly [number, string])[] = [];
  while (reader.pos < reader.len) {
    const [number] = reader.tag();
    fields.push([number, number === 11 ? JSON.stringify(fieldsOf(reader.bytes())) : reader.string()]);
  }
  return fields;
}

function bound(...bindings: [method: string, operation: string][]) {
  const text = catalogDescriptor().boundTo(
    bindings.map(([method, operation]) => ({ service: 'shop.Catalog', method, operation: Operation.http(operation) })),
  );
  const set = fromBinary(FileDescriptorSetSchema, Buffer.from(text, 'base64'));
  return new Map(set.file[0]?.service[0]?.method.map(method => [method.name, rulesOf(method)]));
}

test('a GET binds its path to the method, and nothing else is bound', () => {
  const methods = bound(['GetProduct', 'GET /products/{id}']);

  expect(methods.get('GetProduct')).toEqual([[[2, '/products/{id}']]]);
  expect(methods.get('ListProducts')).toEqual([]);
});

test('what has a body gives the whole of it', () => {
  expect(bound(['GetProduct', 'POST /products']).get('GetProduct')).toEqual([
    [
      [4, '/products'],
      [7, '*'],
    ],
  ]);
  expect(bound(['GetProduct', 'PUT /products/{id}']).get('GetProduct')).toEqual([
    [
      [3, '/products/{id}'],
      [7, '*'],
    ],
  ]);
});

test('a parameter for the rest of the path is a field of several segments', () => {
  expect(bound(['GetProduct', 'GET /files/{id+}']).get('GetProduct')).toEqual([[[2, '/files/{id=**}']]]);
});

test('a second path of a method is an additional binding', () => {
  expect(bound(['GetProduct', 'GET /products/{id}'], ['GetProduct', 'DELETE /old/{id}']).get('GetProduct')).toEqual([
    [
      [2, '/products/{id}'],
      [11, '[[5,"/old/{id}"]]'],
    ],
  ]);
});

test('the methods of a port are those that its descriptor has', () => {
  const descriptor = catalogDescriptor();

  expect(Port.grpc(1, { service: 'shop.Catalog', descriptor }).grpcMethods).toEqual([
    'GetProduct',
    'ListProducts',
    'Import',
  ]);
  expect(Port.grpc(1, { service: 'shop.Catalog', methods: ['GetProduct'], descriptor }).grpcMethods).toEqual([
    'GetProduct',
  ]);
});

test('the same bindings give the same bytes', () => {
  const descriptor = catalogDescriptor();
  const bindings = [{ service: 'shop.Catalog', method: 'GetProduct', operation: Operation.http('GET /products/{id}') }];

  expect(descriptor.boundTo(bindings)).toBe(descriptor.boundTo(bindings));
});
