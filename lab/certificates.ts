import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab';

/** A self-signed certificate with its key, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** The certificate with a name and a host, created on first use. */
export function certificateOf(lab: Lab, name: string, host = `${name}.example`): Certificate {
  const file = host === `${name}.example` ? name : `${name}-of-${host}`;
  const [key, cert] = ['key', 'crt'].map(extension => join(lab.folder, `${file}.${extension}`)) as [string, string];
  if (!existsSync(cert)) {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${host}`,
        '-addext',
        `subjectAltName=DNS:${host}`,
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'pipe' },
    );
  }
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

/** A Secret with a certificate for a host. */
export function tlsSecret(lab: Lab, namespace: string, name: string, host: string): object {
  const { key, cert } = certificateOf(lab, name, host);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { namespace, name },
    data: { 'tls.key': inBase64(key), 'tls.crt': inBase64(cert) },
  };
}

/** Envoy Gateway reads files of manifests without an API server, which would encode `stringData`. */
function inBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
