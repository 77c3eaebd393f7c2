import { type Capability, requireArguments } from '../topology';
import type { EdgeGateway } from './edge-gateway';
import { type SystemConnections, Target } from './target';
import type { Labels } from './topology-chart';

/** Properties of {@link NoMesh}. */
export interface NoMeshProps {
  /**
   * The gateway that serves the edges.
   * @default - none: a topology with edges is an error
   */
  readonly gateway?: EdgeGateway;
}

/**
 * Plain Kubernetes: workloads, and NetworkPolicies that allow only the declared calls. The simplest target, and enough
 * for most small systems.
 */
export class NoMesh extends Target {
  /** The name of the target in messages. */
  readonly name = 'plain Kubernetes without a mesh';
  /** The supported features between services that require a mesh: none. */
  readonly capabilities: readonly Capability[] = [];
  /** The gateway that serves the edges; undefined if there is none. */
  readonly gateway: EdgeGateway | undefined;
  /** Connections are plaintext: callers have no identity. */
  readonly mutualTls = false;

  constructor(props: NoMeshProps = {}) {
    super();
    requireArguments('new.NoMesh', [props]);
    const { gateway } = props;
    this.gateway = gateway;
  }

  /** Namespaces need no label. */
  namespaceLabels(): Labels {
    return {};
  }

  /** Pods need no further labels. */
  podLabels(): Labels {
    return {};
  }

  /** Pods need no annotations. */
  podAnnotations(): Labels {
    return {};
  }

  /** No proxies, so no settings of them. */
  proxyAnnotations(): Labels {
    return {};
  }

  /** No proxies, so no system connections. */
  systemConnections(): SystemConnections {
    return { ingress: [], egress: [] };
  }

  /** Adds nothing: the chart has the Services and NetworkPolicies already. */
  render(): void {
    // The chart renders Services and NetworkPolicies for every target.
  }
}
