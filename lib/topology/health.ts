/** How the readiness and liveness of a workload are probed. */
export class Health {
  /** Healthy if a GET of that path gets a status from 200 to 399. */
  static http(path: string): Health {
    return new Health('http', path);
  }

  /**
   * Healthy if the gRPC health service responds SERVING.
   * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
   */
  static grpc(): Health {
    return new Health('grpc');
  }

  /** Healthy if the port accepts a connection. */
  static tcp(): Health {
    return new Health('tcp');
  }

  /** No probe: the workload is ready as soon as it runs. */
  static none(): Health {
    return new Health('none');
  }

  private constructor(
    /** The kind of probe: `http`, `grpc`, `tcp` or `none`. */
    readonly kind: string,
    /** The path of an HTTP probe; undefined for the other kinds. */
    readonly path?: string,
  ) {}
}
