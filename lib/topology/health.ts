/** How a workload tells that it is ready and alive. */
export class Health {
  /** A GET of that path answers 200 to 399. */
  static http(path: string): Health {
    return new Health('http', path);
  }

  /** The gRPC health service answers SERVING. @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
  static grpc(): Health {
    return new Health('grpc');
  }

  /** The port takes a connection. */
  static tcp(): Health {
    return new Health('tcp');
  }

  /** It is not probed: ready as soon as it runs. */
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
