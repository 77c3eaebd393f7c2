import type { KubeObject } from './api';
import type { Probe } from './probe';

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly args?: string[];
  readonly restartPolicy?: string;
  readonly resources?: object;
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
  }[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
}

export interface PodObject extends KubeObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly serviceAccountName?: string;
    readonly restartPolicy?: string;
    /** The names of a pod of a StatefulSet: `HOSTNAME.SUBDOMAIN`, where the subdomain is a headless Service. */
    readonly hostname?: string;
    readonly subdomain?: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
  };
  readonly status?: { readonly podIP?: string; readonly phase?: string };
}
