import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boutique } from '../bin/boutique';
import type { Lab } from './lab';
import type { World } from './world';

let deployed: Promise<World> | undefined;

/** The boutique in the lab, brought up once for all claims about it. */
export function theBoutique(lab: Lab): Promise<World> {
  deployed ??= lab.deploy(boutique, { before: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'boutique' } }, tlsSecret(lab, 'boutique', 'shop-tls', 'shop.example')] });
  return deployed;
}

/** A Secret with a certificate that signs itself. */
export function tlsSecret(lab: Lab, namespace: string, name: string, host: string): object {
  const [key, cert] = ['key', 'crt'].map(extension => join(lab.folder, `${name}.${extension}`)) as [string, string];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const [keyData, certData] = [key, cert].map(file => readFileSync(file).toString('base64'));
  return { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { namespace, name }, data: { 'tls.key': keyData, 'tls.crt': certData } };
}
