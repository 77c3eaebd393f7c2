/** About what Envoy waits before each further try, in ms, where nothing says otherwise: it draws the time by lot. */
export const PAUSE = 25;
