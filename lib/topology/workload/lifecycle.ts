import type { Duration } from 'cdk8s';
import { requireInteger } from '../numbers';
import { requireSeconds } from './seconds';
import { requireCommand } from './texts';
import { anyValue, type Validations } from './validations';

/** Options of {@link LifecycleHandler.httpGet}. */
export interface HttpHandlerOptions {
  /**
   * The container port.
   * @default - the target of the service's first port
   */
  readonly port?: number;
}

/** What a container does after it started, or before it is stopped. */
export class LifecycleHandler {
  /** Runs a command inside the container. */
  static exec(command: string[]): LifecycleHandler {
    requireCommand('LifecycleHandler.exec', command);
    return new LifecycleHandler('exec', { command: [...command] });
  }

  /** Sends a GET request to the container. */
  static httpGet(path: string, { port }: HttpHandlerOptions = {}): LifecycleHandler {
    if (port !== undefined) {
      requireInteger('LifecycleHandler.httpGet', 'The port', port, 1, 65535);
    }
    return new LifecycleHandler('httpGet', { path, port });
  }

  /**
   * Waits, so that connections which still arrive are served: from Kubernetes 1.30 on.
   * @see https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-implementations
   */
  static sleep(duration: Duration): LifecycleHandler {
    requireSeconds('LifecycleHandler.sleep', 'The time', duration);
    return new LifecycleHandler('sleep', { seconds: duration.toSeconds() });
  }

  private constructor(
    /** The kind of handler: `exec`, `httpGet` or `sleep`. */
    readonly kind: string,
    /** Its command, its path and port, or its time in seconds. */
    readonly action: {
      readonly command?: readonly string[];
      readonly path?: string;
      readonly port?: number;
      readonly seconds?: number;
    },
  ) {}
}

/** The hooks of a container. */
export interface Lifecycle {
  /**
   * What the container does right after it started; it is not ready before that has ended.
   * @default - nothing
   */
  readonly postStart?: LifecycleHandler;
  /**
   * What the container does before it gets SIGTERM. Its time counts as a part of `pod.terminationGracePeriod`.
   * @default - nothing
   */
  readonly preStop?: LifecycleHandler;
}

export const OF_LIFECYCLE: Validations<Lifecycle> = {
  postStart: anyValue,
  preStop: anyValue,
};
