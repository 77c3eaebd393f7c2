import type { ContainerProps, DeploymentProps } from 'cdk8s-plus-27';
import type { Labels } from '../topology-chart';
import type { PodFields } from './pod';
import type { Json } from './without-defaults';

/** The properties of a Deployment and its pods that cdk8s-plus renders. */
export interface RenderedProps extends DeploymentProps {
  readonly serviceAccountName: string;
  readonly podMetadata: { readonly labels: Labels; readonly annotations: Labels };
  readonly containers: [ContainerProps];
}

/**
 * The `spec` of a Deployment that is as it was declared: what cdk8s-plus renders of its properties, without the
 * defaults of Kubernetes, and the declared fields that it does not render.
 * @param pod the declared fields of its pods
 * @param further the others
 */
export function specOfDeployment(props: RenderedProps, selector: Labels, pod: PodFields, further: Json): Json {
  const { podMetadata, serviceAccountName, securityContext, replicas, automountServiceAccountToken } = props;
  const { labels, annotations } = podMetadata;
  const [own, ...containers] = pod.containers;
  return {
    replicas,
    selector: { matchLabels: selector },
    template: {
      metadata: { labels, annotations: Object.keys(annotations).length > 0 ? annotations : undefined },
      spec: {
        ...pod,
        automountServiceAccountToken,
        serviceAccountName,
        securityContext: {
          runAsNonRoot: securityContext?.ensureNonRoot,
          runAsUser: securityContext?.user,
          ...pod.securityContext,
        },
        containers: [{ ...fieldsOfContainer(props.containers[0]), ...own }, ...containers],
      },
    },
    ...further,
  };
}

function fieldsOfContainer({ image, imagePullPolicy, command, args, workingDir, ports = [] }: ContainerProps): Json {
  return {
    image,
    imagePullPolicy,
    command,
    args,
    workingDir,
    ports: ports.length > 0 ? ports.map(({ number, name }) => ({ containerPort: number, name })) : undefined,
  };
}
