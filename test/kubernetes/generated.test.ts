import { k8s } from 'cdk8s-plus-27';
import * as generated from '../../lib/kubernetes/generated';

const { IntOrString, ...classes } = generated;

test.each(Object.entries(classes))(
  '%s has the version and kind of its class, before the class is loaded',
  (_name, each) => {
    expect((each.load() as unknown as typeof k8s.KubeService).GVK).toEqual(each.GVK);
  },
);

test.each([[80], ['http']])('a generated class writes the port %s as it is', port => {
  const policy = k8s.KubeNetworkPolicy.manifest({
    spec: { podSelector: {}, ingress: [{ ports: [{ port: new IntOrString(port) }] }] },
  }) as { readonly spec: { readonly ingress: unknown } };
  expect(policy.spec.ingress).toEqual([
    { from: undefined, ports: [{ endPort: undefined, port, protocol: undefined }] },
  ]);
});
