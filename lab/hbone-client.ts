import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Reply } from './app-protocol';
import type { Certificate } from './certificates';
import { replyOf } from './gateway-client';
import type { Lab } from './lab';

/** A request of a workload in ambient mode, as its ztunnel forwards it to a waypoint. */
export interface HboneRequest {
  /** The address of the waypoint's pod. */
  readonly waypoint: string;
  /** The address and port of the Service that the workload connects to. */
  readonly to: string;
  /** @default GET */
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The part of ztunnel that a waypoint sees: a tunnel of HTTP/2 over mutual TLS, under the identity of the workload.
 * Istio's documentation calls this HBONE.
 * @see https://istio.io/latest/docs/ambient/architecture/hbone/
 */
export class HboneClient {
  private readonly certificate: Certificate & { readonly ca: string };

  private constructor(certificate: Certificate & { readonly ca: string }) {
    this.certificate = certificate;
  }

  /** The client with the identity of a ServiceAccount, which istiod's certificate authority has signed. */
  static async of(lab: Lab, namespace: string, serviceAccount: string): Promise<HboneClient> {
    const { data } = await lab.plane.api.get<{ data: Record<string, string> }>(
      '/api/v1/namespaces/istio-system/secrets/istio-ca-secret',
    );
    const decoded = (name: string) => Buffer.from(data[name] ?? '', 'base64').toString();
    const ca = { cert: decoded('ca-cert.pem'), key: decoded('ca-key.pem') };
    return new HboneClient({ ...signed(lab, ca, namespace, serviceAccount), ca: ca.cert });
  }

  /** Sends one request on a connection of its own; status 0 is a connection that was refused or closed. */
  async send({ waypoint, to, method = 'GET', path, headers }: HboneRequest): Promise<Reply> {
    const { key, cert, ca } = this.certificate;
    const session = connectHttp2(`https://${waypoint}:15008`, {
      // The certificate of the waypoint has a SPIFFE ID, and no name of a host.
      createConnection: () =>
        connectTls({
          host: waypoint,
          port: 15008,
          ALPNProtocols: ['h2'],
          key,
          cert,
          ca,
          checkServerIdentity: () => undefined,
        }),
    });
    try {
      const tunnel = await new Promise<Duplex>((resolve, reject) => {
        session.on('error', reject);
        const stream = session.request({ ':method': 'CONNECT', ':authority': to });
        stream.on('error', reject);
        stream.on('response', ({ ':status': status }) => {
          if (status === 200) {
            resolve(stream);
          } else {
            reject(new Error(`the tunnel is answered by ${status}`));
          }
        });
      });
      return await new Promise<Reply>((resolve, reject) => {
        const started = Date.now();
        const call = httpRequest({ createConnection: () => tunnel, method, path, headers }, response => {
          replyOf(response, started).then(resolve, reject);
        });
        call.on('error', reject);
        call.end();
      });
    } catch (error) {
      return { status: 0, ms: 0, text: (error as Error).message, headers: {} };
    } finally {
      session.destroy();
    }
  }
}

function signed(lab: Lab, ca: Certificate, namespace: string, serviceAccount: string): Certificate {
  const fileOf = (extension: string) => join(lab.folder, `${namespace}.${serviceAccount}.${extension}`);
  const [key, request, cert, extensions] = ['key', 'csr', 'crt', 'ext'].map(fileOf) as [string, string, string, string];
  if (!existsSync(cert)) {
    const caFiles = ['ca.crt', 'ca.key'].map(name => join(lab.folder, `istiod-${name}`)) as [string, string];
    writeFileSync(caFiles[0], ca.cert);
    writeFileSync(caFiles[1], ca.key, { mode: 0o600 });
    writeFileSync(
      extensions,
      `subjectAltName=critical,URI:spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`,
    );
    const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
    openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/', '-keyout', key, '-out', request);
    openssl(
      ...['x509', '-req', '-days', '2', '-in', request, '-CA', caFiles[0], '-CAkey', caFiles[1]],
      ...['-CAcreateserial', '-extfile', extensions, '-out', cert],
    );
  }
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}
