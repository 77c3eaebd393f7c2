import { type Declaring, requireDeclaring } from './declaring';
import { duplicate } from './duplicate';
import type { Edge } from './edge';
import { requireDnsLabel, requireFreeName, requireNamespace } from './names';
import type { ISharedGateway, ITopology } from './references';
import { requireAgreement } from './shared-gateway-rules';
import { ValidationError } from './validation-error';

/** Properties of a {@link SharedGateway}. */
export interface SharedGatewayProps {
  /**
   * The namespace of the Gateway, and of the routes, policies and Secrets of all its edges.
   * @default - the topology's
   */
  readonly namespace?: string;
}

/**
 * A gateway that serves several edges, of its topology or of others in the same program, on one load balancer. In the
 * cluster: one Gateway with listeners for the hosts of each edge. Routes and policies stay with their edge.
 */
export class SharedGateway implements ISharedGateway {
  /** The namespace of the Gateway, and of the routes, policies and Secrets of all its edges. */
  readonly namespace: string;
  private readonly served: Edge[] = [];
  private closed = false;

  constructor(
    declaring: Declaring,
    /** The topology that renders the Gateway. */
    readonly topology: ITopology,
    /** The name of the Gateway. */
    readonly name: string,
    props: SharedGatewayProps,
  ) {
    requireDeclaring(declaring, 'SharedGateway', 'topology.addSharedGateway(…)');
    this.namespace = props.namespace ?? topology.namespace;
    requireDnsLabel(this.path, 'a shared gateway', name);
    requireNamespace(this.path, this.namespace);
    requireFreeName(this.path, this.namespace, name);
  }

  /** Where it was declared, for messages. */
  get path(): string {
    return `${this.topology.name}/${this.name}`;
  }

  /** The edges that it serves, in the order of their declaration. */
  get edges(): readonly Edge[] {
    return this.served;
  }

  /** Closes the topologies of all its edges: the Gateway has the listeners of all of them. Called when it is rendered. */
  close(): void {
    if (!this.closed) {
      this.closed = true;
      [this.topology, ...this.served.map(edge => edge.topology)].forEach(each => {
        each.close();
      });
    }
  }

  /**
   * Adds an edge. Throws for one that contradicts another edge of the gateway.
   * @internal
   */
  serve(edge: Edge): void {
    if (this.closed) {
      throw new ValidationError({
        code: 'AlreadyRendered',
        path: edge.path,
        summary: `The gateway ${this.path} is already rendered, without listeners for this edge.`,
        fix: 'Declare all edges of the gateway before any of their topologies is passed to a chart.',
      });
    }
    for (const other of this.served) {
      if (other.name === edge.name) {
        throw duplicate(
          edge.path,
          `The gateway ${this.path} serves the edge ${other.path} of the same name, so their policies would collide.`,
          'Use another name.',
        );
      }
      requireAgreement(edge, other);
    }
    if (edge.name === this.name) {
      throw duplicate(edge.path, 'The edge has the name of its gateway.', 'Use another name.');
    }
    this.served.push(edge);
  }
}
