import { existsSync, readFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  type DescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  type MethodDescriptorProto,
  MethodOptionsSchema,
  type ServiceDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import type { Operation } from './operation';
import { ValidationError } from './validation-error';

/** The mapping of a REST request to a gRPC method. */
export interface HttpBinding {
  /** The full name of the gRPC service. */
  readonly service: string;
  /** The name of the method, without the service. */
  readonly method: string;
  /** The REST request that is transcoded to the method. */
  readonly operation: Operation;
}

/**
 * The option `google.api.http` of a method.
 * @see https://github.com/googleapis/googleapis/blob/master/google/api/annotations.proto
 */
const HTTP_RULE = 72_295_728;
const BODY = 7;
const ADDITIONAL_BINDINGS = 11;
/**
 * The fields of a rule that contain the path, by HTTP method.
 * @see https://cloud.google.com/endpoints/docs/grpc-service-config/reference/rpc/google.api#httprule
 */
const PATHS = new Map([
  ['GET', 2],
  ['PUT', 3],
  ['POST', 4],
  ['DELETE', 5],
  ['PATCH', 6],
]);
const WITH_BODY = new Set(['PUT', 'POST', 'PATCH']);

/** The descriptor set of gRPC services, by which a gateway transcodes between JSON and protobuf. */
export class ProtoDescriptor {
  /** From a file that `protoc --include_imports --descriptor_set_out=FILE` wrote. */
  static fromFile(path: string): ProtoDescriptor {
    const fail = (summary: string) =>
      new ValidationError({
        code: 'InvalidDescriptor',
        path,
        summary,
        fix: 'Write it with `protoc --include_imports --descriptor_set_out=FILE …`.',
      });
    if (!existsSync(path)) {
      throw fail('The file does not exist.');
    }
    try {
      return new ProtoDescriptor(path, fromBinary(FileDescriptorSetSchema, readFileSync(path)));
    } catch {
      throw fail('It is not a descriptor set.');
    }
  }

  private readonly services = new Map<string, ServiceDescriptorProto>();
  private readonly messages = new Map<string, DescriptorProto>();

  private constructor(
    /** The file that it was read from. */
    readonly path: string,
    private readonly set: FileDescriptorSet,
  ) {
    for (const file of set.file) {
      const prefix = file.package ? `${file.package}.` : '';
      file.service.forEach(service => this.services.set(prefix + service.name, service));
      file.messageType.forEach(message => this.messages.set(`.${prefix}${message.name}`, message));
    }
  }

  /** The methods of a service by its full name; undefined if it is not described. */
  methodsOf(service: string): string[] | undefined {
    return this.services.get(service)?.method.map(({ name }) => name);
  }

  /** Rejects a binding that cannot be transcoded. */
  requireTranslatable(path: string, { service, method, operation }: HttpBinding): void {
    const described = this.methodNamed(service, method);
    const fail = (summary: string, fix: string) => new ValidationError({ code: 'Untranslatable', path, summary, fix });
    if (!described) {
      throw fail(
        `${this.path} does not describe ${service}/${method}.`,
        `It has ${[...this.services.keys()].join(', ')}.`,
      );
    }
    if (!operation.method || !PATHS.has(operation.method)) {
      throw fail(
        `${operation.method ?? 'ANY'} cannot be bound to a gRPC method.`,
        `Use ${[...PATHS.keys()].join(', ')}.`,
      );
    }
    if (described.clientStreaming) {
      throw fail(
        `${method} accepts a stream of messages, and a REST request is a single message.`,
        'Bind a method with a single request.',
      );
    }
    if (operation.path.isPrefix) {
      throw fail(
        `"${operation.path.text}" is a prefix, which is no path template of google.api.http.`,
        'Write a parameter, or the rest of a path as {name+}.',
      );
    }
    const fields = this.messages.get(described.inputType)?.field.map(field => field.name) ?? [];
    const unknown = operation.path.parameters.find(name => !fields.includes(name));
    if (unknown !== undefined) {
      throw fail(
        `The request of ${method} has no field "${unknown}".`,
        `Use the names of its fields as parameters: ${fields.join(', ') || 'it has none'}.`,
      );
    }
  }

  /**
   * The descriptor set, in base64, in which only these methods are bound to REST requests: path and query parameters
   * become fields of the request message, a body becomes the whole message.
   */
  boundTo(bindings: readonly HttpBinding[]): string {
    const copy = fromBinary(FileDescriptorSetSchema, toBinary(FileDescriptorSetSchema, this.set));
    for (const file of copy.file) {
      file.sourceCodeInfo = undefined;
      for (const service of file.service) {
        const name = file.package ? `${file.package}.${service.name}` : service.name;
        service.method.forEach(method =>
          bind(
            method,
            bindings.filter(each => each.service === name && each.method === method.name),
          ),
        );
      }
    }
    return Buffer.from(toBinary(FileDescriptorSetSchema, copy)).toString('base64');
  }

  private methodNamed(service: string, name: string): MethodDescriptorProto | undefined {
    return this.services.get(service)?.method.find(method => method.name === name);
  }
}

function bind(method: MethodDescriptorProto, bindings: readonly HttpBinding[]): void {
  const options = method.options ?? create(MethodOptionsSchema);
  options.$unknown = options.$unknown?.filter(({ no }) => no !== HTTP_RULE);
  const [first, ...others] = bindings.map(({ operation }) => ruleOf(operation));
  if (first) {
    others.forEach(other => first.tag(ADDITIONAL_BINDINGS, WireType.LengthDelimited).bytes(other.finish()));
    const data = new BinaryWriter().bytes(first.finish()).finish();
    options.$unknown = [...(options.$unknown ?? []), { no: HTTP_RULE, wireType: WireType.LengthDelimited, data }];
  }
  method.options = options;
}

function ruleOf({ method = '', path }: Operation): BinaryWriter {
  const rule = new BinaryWriter().tag(PATHS.get(method) ?? 0, WireType.LengthDelimited).string(path.toTemplate());
  return WITH_BODY.has(method) ? rule.tag(BODY, WireType.LengthDelimited).string('*') : rule;
}
