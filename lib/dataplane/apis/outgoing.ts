import type { Message } from '../messages/message';

/** The integration request of an API. */
export class Outgoing {
  constructor(readonly message: Message) {}

  with(changes: Partial<Message>): Outgoing {
    return new Outgoing({ ...this.message, ...changes });
  }

  /** With a header set; removed without a value. The Host header is the host. */
  withHeader(name: string, value: string | undefined): Outgoing {
    const header = name.toLowerCase();
    const { [header]: previous, ...headers } = this.message.headers;
    if (header === 'host' && value !== undefined) {
      const [host = value] = value.split(':');
      return this.with({ host, headers: previous === undefined ? headers : { ...headers, host: value } });
    }
    return this.with({ headers: value === undefined ? headers : { ...headers, [header]: value } });
  }

  /** With a query parameter set; removed without values. */
  withQuery(name: string, values: readonly string[]): Outgoing {
    const query = new URLSearchParams(this.message.query);
    query.delete(name);
    values.forEach(each => query.append(name, each));
    return this.with({ query: query.toString() });
  }

  withPath(path: string): Outgoing {
    return this.with({ path: path.startsWith('/') ? path : `/${path}` });
  }

  /** From here on the address of the client is only in a header, since the API opens the connection. */
  forwarded(): Outgoing {
    const { address, headers } = this.message;
    if (address === undefined) {
      return this;
    }
    const before = headers['x-forwarded-for'];
    return this.withHeader('x-forwarded-for', before === undefined ? address : `${before}, ${address}`).with({
      address: undefined,
    });
  }
}
