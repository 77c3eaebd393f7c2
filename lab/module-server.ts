import { createHash } from 'node:crypto';
import { chownSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:https';
import { certificateOf } from './certificates';
import type { Lab } from './lab';
import { HOST } from './network';
import { PROXY_USER } from './pod-processes';

const PORT = 8446;
/** Where proxies store modules, each under its checksum: a volume of the pod in a cluster. */
const PROXY_DATA = '/var/lib/istio/data';

/** A server outside the cluster from which proxies load WebAssembly modules. */
export class ModuleServer {
  readonly host = `${HOST}:${PORT}`;
  private readonly modules = new Map<string, Buffer>();

  /** The server of a lab, for its whole lifetime. Its certificate is of no known authority. */
  static of(lab: Lab): Promise<ModuleServer> {
    const server = SERVERS.get(lab) ?? new ModuleServer().listen(lab);
    SERVERS.set(lab, server);
    return server;
  }

  /** Where the module is, with its checksum. */
  serve(module: Buffer): { readonly url: string; readonly sha256: string } {
    const sha256 = createHash('sha256').update(module).digest('hex');
    this.modules.set(`/${sha256}.wasm`, module);
    return { url: `https://${this.host}/${sha256}.wasm`, sha256 };
  }

  private async listen(lab: Lab): Promise<this> {
    mkdirSync(PROXY_DATA, { recursive: true });
    chownSync(PROXY_DATA, Number(PROXY_USER), Number(PROXY_USER));
    const server = createServer(certificateOf(lab, 'modules'), ({ url = '' }, response) => {
      const module = this.modules.get(url);
      response.writeHead(module ? 200 : 404).end(module);
    });
    server.unref();
    await new Promise<void>((resolve, reject) => server.on('error', reject).listen(PORT, HOST, resolve));
    return this;
  }
}

const SERVERS = new WeakMap<Lab, Promise<ModuleServer>>();
