// Validates the objects on standard input (a JSON array) against their schemas; prints a JSON array of problems.
// A process of its own, since the validators are ES modules and jest runs CommonJS.
import { text } from 'node:stream/consumers';

const PACKAGES = [
  [/(^|\.)istio\.io\//, '@kubernetes-models/istio/'],
  [/^gateway\.networking\.k8s\.io\//, '@kubernetes-models/gateway-api/'],
  [/./, 'kubernetes-models/'],
];

async function problemOf(object) {
  const { apiVersion, kind, metadata } = object;
  if (apiVersion.startsWith('policy.linkerd.io/') || kind === 'TrafficExtension') {
    // No package has their schemas: the types are in lib/linkerd/resources.ts and lib/istio/traffic-extension.ts.
    return undefined;
  }
  const [, prefix] = PACKAGES.find(([group]) => group.test(apiVersion));
  const name = `${kind} ${metadata?.namespace ?? ''}/${metadata?.name}`;
  try {
    const { [kind]: Model } = await import(prefix + apiVersion);
    if (!Model) {
      return `${name}: ${apiVersion} has no kind ${kind}`;
    }
    new Model(object).validate();
    return undefined;
  } catch (error) {
    return `${name}: ${error.message}`;
  }
}

const problems = [];
for (const object of JSON.parse(await text(process.stdin))) {
  problems.push(await problemOf(object));
}
process.stdout.write(JSON.stringify(problems.filter(problem => problem !== undefined)));
