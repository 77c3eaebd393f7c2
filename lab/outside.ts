import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { certificateOf } from './certificates';
import type { Lab } from './lab';
import { HOST } from './network';

/** A request that the host outside has received. */
interface OutsideRequest {
  readonly host: string;
  readonly path: string;
  /** The address of the client. */
  readonly from: string;
}

/** A host outside the cluster, and the DNS server that resolves every name ending in `.example` to it. */
export class Outside {
  readonly address = '10.99.0.9';
  private requests: OutsideRequest[] = [];

  /** The external host of a lab, for its whole lifetime. */
  static of(lab: Lab): Promise<Outside> {
    const outside = OUTSIDES.get(lab) ?? Outside.start(lab);
    OUTSIDES.set(lab, outside);
    return outside;
  }

  private static async start(lab: Lab): Promise<Outside> {
    const outside = new Outside();
    lab.kubelet.network.addHostAddress(outside.address);
    await outside.listen(lab);
    lab.processes.start('dnsmasq', 'dnsmasq', [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--pid-file=',
      '--user=root',
      '--no-resolv',
      '--no-hosts',
      '--bind-interfaces',
      `--listen-address=${HOST}`,
      `--address=/example/${outside.address}`,
    ]);
    return outside;
  }

  /** The requests received since the last call. */
  takeRequests(): OutsideRequest[] {
    const taken = this.requests;
    this.requests = [];
    return taken;
  }

  private async listen(lab: Lab): Promise<void> {
    const answer: RequestListener = ({ headers, url = '', socket }, response) => {
      this.requests.push({ host: headers.host ?? '', path: url, from: socket.remoteAddress ?? '' });
      // Requests for this path never get a response.
      if (url !== '/never') {
        response.end('outside');
      }
    };
    for (const [server, port] of [
      [createServer(answer), 80],
      [createServer(answer), 8080],
      [createTlsServer(certificateOf(lab, 'outside'), answer), 443],
    ] as const) {
      // No connection of a proxy is closed for being idle, while the proxy sends the next request.
      server.keepAliveTimeout = 0;
      server.unref();
      await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, this.address, resolve));
    }
  }
}

const OUTSIDES = new WeakMap<Lab, Promise<Outside>>();
