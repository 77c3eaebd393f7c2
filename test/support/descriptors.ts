import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { ProtoDescriptor } from '../../lib';
import { temporaryFolder } from './temporary-folder';

/** What `protoc` writes of a catalog: GetProduct and ListProducts take one request, Watch and Import stream. */
export function catalogDescriptor(): ProtoDescriptor {
  const file = join(temporaryFolder(), 'catalog.pb');
  writeFileSync(file, toBinary(FileDescriptorSetSchema, catalogSet()));
  return ProtoDescriptor.fromFile(file);
}

function catalogSet() {
  const text = (name: string, number: number) => ({
    name,
    number,
    jsonName: name,
    label: FieldDescriptorProto_Label.OPTIONAL,
    type: FieldDescriptorProto_Type.STRING,
  });
  return create(FileDescriptorSetSchema, {
    file: [
      {
        name: 'catalog.proto',
        package: 'shop',
        syntax: 'proto3',
        messageType: [
          { name: 'Empty' },
          { name: 'GetProductRequest', field: [text('id', 1), text('currency', 2)] },
          { name: 'Product', field: [text('id', 1), text('name', 2)] },
        ],
        service: [
          {
            name: 'Catalog',
            method: [
              { name: 'GetProduct', inputType: '.shop.GetProductRequest', outputType: '.shop.Product' },
              { name: 'ListProducts', inputType: '.shop.Empty', outputType: '.shop.Product' },
              { name: 'Import', inputType: '.shop.Product', outputType: '.shop.Empty', clientStreaming: true },
            ],
          },
        ],
      },
    ],
  });
}
