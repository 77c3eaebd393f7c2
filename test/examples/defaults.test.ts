import { sockShop } from '../../examples/sock-shop';
import { Example } from './support';

type Json = Readonly<Record<string, unknown>>;

/** Every field of an object: its path without the indices of lists, and its value. */
function fieldsOf(value: unknown, path = ''): [string, unknown][] {
  const inner = Array.isArray(value)
    ? value.flatMap(each => fieldsOf(each, path))
    : typeof value === 'object' && value !== null
      ? Object.entries(value as Json).flatMap(([name, each]) => fieldsOf(each, `${path}.${name}`))
      : [];
  return [[path, value], ...inner];
}

const fields = new Example(sockShop).objects.flatMap(object =>
  fieldsOf(object).map(([path, value]): [string, unknown] => [`${object.kind}${path}`, value]),
);

test.each<[RegExp, unknown]>([
  [/Service\.spec\.type$/, 'ClusterIP'],
  [/\.sessionAffinity$/, 'None'],
  [/\.externalIPs$/, []],
  [/NetworkPolicy\.spec\.(ingress|egress)$/, []],
  [/\.minReadySeconds$/, 0],
  [/\.progressDeadlineSeconds$/, 600],
  [/\.revisionHistoryLimit$/, 10],
  [/\.dnsPolicy$/, 'ClusterFirst'],
  [/\.(hostNetwork|hostPID|hostIPC|setHostnameAsFQDN|privileged|optional|suspend)$/, false],
  [/Deployment.*\.restartPolicy$/, 'Always'],
  [/\.imagePullPolicy$/, 'Always'],
  [/\.terminationMessagePolicy$/, 'File'],
  [/\.terminationGracePeriodSeconds$/, 30],
  [/\.(successThreshold|timeoutSeconds)$/, 1],
  [/\.failureThreshold$/, 3],
  [/\.periodSeconds$/, 10],
  [/\.initialDelaySeconds$/, 0],
  [/\.defaultMode$/, 420],
  [/\.immutable$/, false],
])('no object has the default of Kubernetes for %s', (field, value) => {
  expect(fields.filter(([path, each]) => field.test(path) && JSON.stringify(each) === JSON.stringify(value))).toEqual(
    [],
  );
});

test.each<[string, RegExp, unknown]>([
  ['the token of the ServiceAccount, which pods get otherwise', /\.automountServiceAccountToken$/, false],
  ['privilege escalation, which is allowed otherwise', /\.allowPrivilegeEscalation$/, false],
  ['the pull policy, whose default depends on the tag', /containers\.imagePullPolicy$/, 'IfNotPresent'],
  ['the protocol of ports in NetworkPolicies, beside that of UDP', /NetworkPolicy.*\.ports\.protocol$/, 'TCP'],
])('%s is rendered', (_what, field, value) => {
  expect(fields.filter(([path]) => field.test(path)).map(([, each]) => each)).toContain(value);
});
