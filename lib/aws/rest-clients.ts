import { createHash } from 'node:crypto';
import { ApiKey, type Method, Period as QuotaPeriod, type Stage, UsagePlan } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { type Edge, type PerClientRateLimit, Period, type Route } from '../topology';
import type { ClientKeyValue } from './token-authorizer';

/** Properties of {@link RestClients}. */
export interface RestClientsProps {
  readonly edge: Edge;
  /** The name of the usage plan, with which those of the keys begin. */
  readonly name: string;
  /** The names of the clients. */
  readonly names: string[];
}

/**
 * The clients of a REST API: one API key each, and a usage plan with the client limits of the edge. A client that is
 * identified by a claim gets its key from the authorizer.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
 */
export class RestClients extends Construct {
  /** The keys of clients that are identified by a claim; undefined if clients send their keys. */
  readonly usageKeys?: ClientKeyValue;
  private readonly edge: Edge;
  private readonly name: string;
  private readonly keys: ApiKey[];

  constructor(scope: Construct, id: string, { edge, name: plan, names }: RestClientsProps) {
    super(scope, id);
    this.edge = edge;
    this.name = plan;
    const claim = edge.perClientRateLimits.find(({ client }) => client.kind === 'claim')?.client.name;
    const values = Object.fromEntries(names.map(name => [name, valueOf(plan, name)]));
    this.keys = names.map(
      name =>
        new ApiKey(this, idOf(name), {
          apiKeyName: `${plan}-${name}`,
          value: claim === undefined ? undefined : values[name],
        }),
    );
    this.usageKeys = claim === undefined ? undefined : { claim, keys: values };
  }

  /** Adds the usage plan of the stage, if the edge has clients. */
  addPlan(stage: Stage, methods: ReadonlyMap<Route, Method>): void {
    if (this.keys.length === 0) {
      return;
    }
    const rateLimit =
      this.edge.perClientRateLimit?.per === Period.SECOND ? throttleOf(this.edge.perClientRateLimit) : undefined;
    const plan = new UsagePlan(this, 'Plan', {
      name: this.name,
      throttle: rateLimit,
      quota:
        this.edge.perClientRateLimit?.per === Period.DAY
          ? { limit: this.edge.perClientRateLimit.requests, period: QuotaPeriod.DAY }
          : undefined,
      apiStages: [
        {
          stage,
          throttle: [...methods].flatMap(([{ perClientRateLimit }, method]) =>
            perClientRateLimit ? [{ method, throttle: throttleOf(perClientRateLimit) }] : [],
          ),
        },
      ],
    });
    this.keys.forEach(key => plan.addApiKey(key));
  }
}

function throttleOf({ requests }: PerClientRateLimit): { rateLimit: number; burstLimit: number } {
  return { rateLimit: requests, burstLimit: requests };
}

/** A construct id cannot be a property name of every object, and one id is that of the plan. */
function idOf(client: string): string {
  return client in Object.prototype || client === 'Plan' ? `Client ${client}` : client;
}

/** Keys must have at least 20 characters, and those of an account and Region differ. */
function valueOf(plan: string, client: string): string {
  return createHash('sha256').update(`${plan} ${client}`).digest('hex').slice(0, 40);
}
