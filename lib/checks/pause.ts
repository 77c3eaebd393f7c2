/** Envoy's default back-off before a retry, in ms; the actual interval is jittered. */
export const PAUSE = 25;
