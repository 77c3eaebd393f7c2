import type { ICallee } from './references';
import { Operation } from './operation';
import { Protocol } from './port';
import { ValidationError } from './validation-error';

/** The operation of a gRPC method. Throws if no port has it. */
export function grpcMethod({ path, name, ports }: Pick<ICallee, 'path' | 'name' | 'ports'>, called: string): Operation {
  const port = ports.find(each => each.protocol === Protocol.GRPC);
  const [method = '', service] = called.split('/').reverse();
  const fullName = service ?? port?.grpcService;
  const known = !port?.grpcMethods || (fullName === port.grpcService && port.grpcMethods.includes(method));
  if (!port || !fullName || !known) {
    throw new ValidationError({
      code: 'UnknownMethod',
      path,
      summary: `${name} has no gRPC method "${called}".`,
      fix: !port
        ? 'It has no gRPC port: declare one with Port.grpc.'
        : port.grpcMethods
          ? `${port.grpcService} has ${port.grpcMethods.join(', ')}.`
          : 'Name it in full, as "package.Service/Method".',
    });
  }
  return Operation.parse(path, `POST /${fullName}/${method}`);
}
