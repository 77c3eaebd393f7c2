/** The messages between the harness and the app in a pod. */

export interface AppConfig {
  readonly service: string;
  readonly version: string;
  readonly pod: string;
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
  /** The certificate of its HTTP ports, as PEM: that in the environment of its container. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** The responses of the app until the next message. */
export interface Behaviour {
  /** The HTTP status; anything but 200 is UNAVAILABLE to gRPC. */
  readonly status?: number;
  readonly delayMs?: number;
}

export interface RequestSpec {
  readonly protocol: 'http' | 'https' | 'http2' | 'tcp';
  readonly address: string;
  readonly port: number;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly grpc: boolean;
}

export type AppOrder =
  | { readonly id: number; readonly kind: 'configureResponse'; readonly behaviour: Behaviour }
  | { readonly id: number; readonly kind: 'report' }
  | {
      readonly id: number;
      readonly kind: 'send';
      readonly spec: RequestSpec;
      readonly count: number;
      readonly concurrency: number;
    }
  | { readonly id: number; readonly kind: 'stream'; readonly spec: RequestSpec; readonly everyMs: number }
  | { readonly id: number; readonly kind: 'halt' }
  /** The process exits, as that of a Job does when its work is done. */
  | { readonly id: number; readonly kind: 'end' };

/** The response to a request; status 0 is a failed connection. */
export interface Reply {
  readonly status: number;
  readonly grpcStatus?: number;
  readonly ms: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The pod that answered, and the request that it received. */
  readonly from?: {
    readonly service: string;
    readonly version: string;
    readonly pod: string;
    readonly port: number;
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, unknown>>;
    /** The values of each header of an HTTP/1 request, which `headers` has as one text. */
    readonly values?: Readonly<Record<string, readonly string[]>>;
    /** TLS of the connection, which the app itself terminated. */
    readonly tls?: { readonly serverName?: string; readonly hasClientCertificate: boolean };
    /** The bytes of a gRPC request's message. */
    readonly message?: string;
  };
}

export interface AppReport {
  readonly id: number;
  readonly replies?: Reply[];
  /** The requests received since the last report. */
  readonly seen: { readonly port: number; readonly method: string; readonly path: string; readonly host: string }[];
}
