import { addTo, ByLabel, type Cluster, Kind, type Resource, selects, type Workload } from '../../manifests';
import { PolicyScope } from '../diff/policies';
import type { PictureObject } from './model';

/** The types of objects that name hosts or Services: routes, settings of connections, scopes of proxies. */
const NAMING: ReadonlySet<string> = new Set([
  Kind.VIRTUAL_SERVICE,
  Kind.DESTINATION_RULE,
  Kind.HTTP_ROUTE,
  Kind.GRPC_ROUTE,
  Kind.TCP_ROUTE,
  Kind.TLS_ROUTE,
  Kind.INGRESS,
]);

/** The objects that make services and apply to them: workloads, Services, routes, policies, budgets. */
export class ObjectsOfServices {
  private readonly policies: PolicyScope;
  private readonly naming = new Map<string, Resource[]>();
  private readonly scaling = new Map<string, Resource[]>();
  private readonly budgets: ByLabel;

  constructor(private readonly cluster: Cluster) {
    this.policies = new PolicyScope(cluster);
    this.budgets = new ByLabel(
      cluster.all(Kind.POD_DISRUPTION_BUDGET),
      each => each.spec.get('selector', 'matchLabels').strings,
    );
    for (const resource of cluster.resources) {
      if (NAMING.has(resource.type)) {
        const names = [...namesIn(resource.object.spec)].flatMap(each => this.serviceNamed(each, resource.namespace));
        new Set(names).forEach(each => addTo(this.naming, each, resource));
      } else if (resource.type === Kind.HPA) {
        const target = resource.spec.get('scaleTargetRef');
        addTo(this.scaling, `${target.get('kind').text} ${resource.namespace}/${target.get('name').text}`, resource);
      }
    }
  }

  /** Of the workloads of one service, without repetitions. */
  of(workloads: readonly Workload[]): readonly PictureObject[] {
    const found = workloads.flatMap(workload => {
      const { resource, namespace, labels } = workload;
      const services = this.cluster.servicesOf(workload);
      const account = this.cluster.find(Kind.SERVICE_ACCOUNT, workload.serviceAccount, namespace);
      return [
        ...services,
        resource,
        ...(account ? [account] : []),
        ...services.flatMap(each => this.naming.get(each.key) ?? []),
        ...this.policies.of(`${namespace}/${workload.name}`),
        ...(this.scaling.get(`${resource.kind} ${resource.key}`) ?? []),
        ...this.budgets.candidates(namespace, labels).filter(each => selects(each.spec.get('selector'), labels)),
      ];
    });
    return [...new Set(found)].map(each => ({
      title: `${each.kind} ${each.key}`,
      place: each.locate([]),
      difference: 'same',
    }));
  }

  /** The Service of a short or a full name, as `namespace/name`. */
  private serviceNamed(text: string, namespace: string): string[] {
    const [name = '', other = namespace, ...rest] = text.split('.');
    const isFull =
      rest.length === 0 || rest.join('.') === 'svc' || rest.join('.') === `svc.${this.cluster.clusterDomain}`;
    const found = isFull ? this.cluster.find(Kind.SERVICE, name, other) : undefined;
    return found ? [found.key] : [];
  }
}

/** The fields that name hosts and Services, in routes and rules. */
const HOST_FIELDS = ['host', 'hosts'];
const REFERENCES = ['backendRefs', 'backendRef', 'parentRefs', 'service'];

/** The names of hosts and Services in a value. */
function* namesIn(value: unknown, field = '', isReference = false): Generator<string> {
  if (typeof value === 'string' && (HOST_FIELDS.includes(field) || (isReference && field === 'name'))) {
    yield value;
  } else if (Array.isArray(value)) {
    for (const each of value) {
      yield* namesIn(each, field, isReference);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      yield* namesIn(each, name, isReference || REFERENCES.includes(name));
    }
  }
}
