import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Port, Topology } from '../../lib';
import { Manifests, Traffic, Unsimulated } from '../../lib/testing';
import { claim } from '../claims';
import { requestAddress } from '../gateway-client';
import { HOST } from '../network';
import { differenceOf } from '../simulation/differences';
import {
  basis,
  type EnvoyGatewayConfiguration,
  envoyGatewayConfiguration,
  NAMESPACE,
  objectsOf,
  SERVICES,
  workloads,
} from '../simulation/envoy-gateway';
import { ISSUER } from '../simulation/envoy-gateway-policies';
import { envoyGatewayRequest } from '../simulation/envoy-gateway-requests';
import { carriedBy, hostHeader } from '../simulation/messenger';
import type { TrialRequest } from '../simulation/requests';
import { configurations, ENOUGH, FIRST, SEED, SHRINKING } from '../simulation/settings';
import { shrink } from '../simulation/shrink';
import { StandaloneGateway } from '../standalone-gateway';
import { TokenIssuer } from '../tokens';
import { until } from '../wait';

const REQUESTS = 40;

const issuer = new TokenIssuer(ISSUER);
const stranger = new TokenIssuer(ISSUER);
const topology = new Topology(NAMESPACE);
const services = SERVICES.map(name => topology.addService(name, { image: name, port: Port.http(8080) }));
topology.addEdge('start', { host: 'start.example' }).route('GET /', services[0] ?? assert.fail());

claim('generated policies of Envoy Gateway treat generated requests as the simulator predicts', async lab => {
  const gateway = await StandaloneGateway.start(lab, topology);
  const judge = services.find(each => each.name === 'judge') ?? assert.fail();
  await gateway.pod(judge).configureResponse({ status: 403 });
  let [applied, compared, skipped] = [0, 0, 0];

  const apply = async (configuration: EnvoyGatewayConfiguration) => {
    const name = `configuration-${applied++}`;
    const objects = [...basis(), ...objectsOf(configuration, name, issuer.jwks)];
    gateway.replace(objects);
    await until(`Envoy has ${name}`, () => isEverywhere(name, gateway.admin('config_dump')), 120);
    return Traffic.of(
      Manifests.ofYaml([...objects, ...workloads()].map(each => JSON.stringify(each)).join('\n---\n')),
      { denyingAuthorizers: [`${NAMESPACE}/judge`] },
    );
  };
  const send = async (request: TrialRequest) => {
    const { host, port, method, path, query } = request;
    const carried = carriedBy(request, request.token?.isGood === false ? stranger : issuer);
    const queries = [query, carried.query].filter(each => each);
    const reply = await requestAddress({
      address: gateway.address,
      port,
      method,
      path: `${path}${queries.length > 0 ? `?${queries.join('&')}` : ''}`,
      headers: { host: hostHeader(host, port), ...request.headers, ...carried.headers },
    }).catch((error: Error) => ({ status: 0, ms: 0, text: error.message, headers: {} }));
    const text = JSON.stringify(reply.status === 200 ? reply : { ...reply, from: undefined });
    return JSON.parse(carried.token === undefined ? text : text.replaceAll(carried.token, 'token')) as typeof reply;
  };
  const compare = async (traffic: Traffic, request: TrialRequest) => {
    const { host, port, method, path, query, headers, token } = request;
    const places = {
      'x-token': { tokenHeader: 'x-token' },
      parameter: { tokenParameter: 'access_token' },
      cookie: { tokenCookie: 'session' },
    };
    try {
      const result = traffic.fromInternet(`${method} http://${host}:${port}${path}${query ? `?${query}` : ''}`, {
        headers: { ...headers, host: hostHeader(host, port) },
        claims: token?.claims,
        badToken: token ? !token.isGood : undefined,
        ...(token?.place ? places[token.place] : {}),
        address: HOST,
      });
      compared++;
      const reply = await send(request);
      const problem = differenceOf(result, reply, request, undefined);
      return problem === undefined
        ? undefined
        : `${JSON.stringify(request)} ${problem}\n${result.explain()}\n  in fact: ${JSON.stringify(reply)}`;
    } catch (error) {
      if (error instanceof Unsimulated) {
        skipped++;
        return undefined;
      }
      throw error;
    }
  };

  const found: { configuration: EnvoyGatewayConfiguration; request: TrialRequest; text: string }[] = [];
  const generated = fc.sample(envoyGatewayConfiguration, { seed: SEED, numRuns: configurations(12) });
  for (const [at, configuration] of [...generated.entries()].slice(FIRST)) {
    const traffic = await apply(configuration);
    for (const request of fc.sample(envoyGatewayRequest, { seed: SEED + at, numRuns: REQUESTS })) {
      const text = await compare(traffic, request);
      if (text !== undefined) {
        found.push({ configuration, request, text });
        writeFileSync(
          join(lab.logs, `disagreement-eg-${at}.json`),
          JSON.stringify({ request, configuration }, null, 1),
        );
        process.stdout.write(`      ${at}: ${text}\n`);
        break;
      }
    }
    if (found.length >= ENOUGH) {
      break;
    }
  }
  const [first] = found;
  if (first) {
    const smallest = await shrink(
      first.configuration,
      async each => (await compare(await apply(each), first.request)) !== undefined,
      SHRINKING,
    );
    assert.fail(`Seed ${SEED}: ${first.text}\nIts smallest form:\n${JSON.stringify(smallest, null, 1)}`);
  }
  process.stdout.write(`      ${compared} requests compared, ${skipped} not simulated\n`);
  assert.ok(skipped < compared / 4, `${skipped} requests were not simulated`);
});

/** Whether all listeners for clients and some route of Envoy's configuration have a text, and no older listener is in use. */
function isEverywhere(text: string, configuration: string): boolean {
  const { configs } = JSON.parse(configuration) as { configs: Record<string, unknown>[] };
  const partsOf = (name: string) => configs.flatMap(each => (each[name] ?? []) as Record<string, unknown>[]);
  const listeners = partsOf('dynamic_listeners').filter(each => String(each.name).startsWith(NAMESPACE));
  return (
    listeners.length > 0
    && listeners.every(each => !('warming_state' in each) && JSON.stringify(each.active_state).includes(`"${text}"`))
    && partsOf('dynamic_route_configs').every(each => JSON.stringify(each).includes(`${text}.example`))
  );
}
