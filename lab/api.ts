import { Agent, request } from 'node:https';

/** The fields of a Kubernetes object that the lab reads. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
}

/** A client of the API server. */
export class Api {
  private readonly agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  private isClosed = false;

  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }

  /** The objects of a list. */
  async list<T extends KubeObject>(path: string): Promise<T[]> {
    return (await this.get<{ items: T[] }>(path)).items;
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.send<T>('POST', path, body);
  }

  /** A merge patch. */
  patch<T>(path: string, body: object): Promise<T> {
    return this.send<T>('PATCH', path, body, 'application/merge-patch+json');
  }

  delete(path: string, body: object = {}): Promise<unknown> {
    return this.send('DELETE', path, body);
  }

  /**
   * Calls `onEvent` for the existing objects and then for every change, until `close`. The API server ends each watch
   * after some time, the lab's after a minute, and closes idle connections; the next one goes on after the last event.
   */
  watch<T extends KubeObject>(path: string, onEvent: (type: string, object: T) => void, after?: string): void {
    const from = after ? `&resourceVersion=${after}` : '';
    const url = `${this.url}${path}?watch=true&allowWatchBookmarks=true${from}`;
    let last = after;
    const call = request(url, { agent: this.agent, headers: this.headers() }, response => {
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const { type, object } = JSON.parse(line) as { type: string; object: T };
          if (type === 'ERROR') {
            throw new Error(`the watch of ${path} cannot go on: ${line}`);
          }
          last = object.metadata.resourceVersion;
          if (type !== 'BOOKMARK') {
            onEvent(type, object);
          }
        }
      });
    });
    // After each error, and after the end of a response, there is a close.
    call.on('error', () => undefined);
    call.on('close', () => {
      if (!this.isClosed) {
        setTimeout(() => this.watch(path, onEvent, last), 100);
      }
    });
    call.end();
  }

  close(): void {
    this.isClosed = true;
    this.agent.destroy();
  }

  private headers(type = 'application/json'): Record<string, string> {
    return { authorization: `Bearer ${this.token}`, 'content-type': type };
  }

  private send<T>(method: string, path: string, body?: object, type?: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const text = body ? JSON.stringify(body) : '';
      // Node sends no content length for the body of a DELETE.
      const headers = { ...this.headers(type), 'content-length': String(Buffer.byteLength(text)) };
      const call = request(`${this.url}${path}`, { method, agent: this.agent, headers }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 500) >= 400) {
            reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.slice(0, 500)}`));
          } else {
            resolve((answer.startsWith('{') ? JSON.parse(answer) : answer) as T);
          }
        });
      });
      call.on('error', (error: NodeJS.ErrnoException) => {
        // The API server has closed the idle connection: it has not read the request.
        if (call.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) {
          this.send<T>(method, path, body, type).then(resolve, reject);
        } else {
          reject(error);
        }
      });
      call.end(text);
    });
  }
}
