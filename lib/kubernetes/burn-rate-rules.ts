/** An objective for requests, and how the share of those that miss it is measured. */
export interface Objective {
  /** `availability` or `latency`. */
  readonly name: string;
  /** The share of requests that may miss it. */
  readonly budget: number;
  /** What the alert is about, such as `1 % of the requests to shop/payment fail`. */
  readonly missed: string;
  /** The share of requests that miss it in a window. */
  readonly ratio: (window: string) => string;
  /** The expression that is empty as long as there are metrics. */
  readonly absent: string;
  /** The labels of the recorded series and of the alerts. */
  readonly labels: { readonly [name: string]: string };
}

/** A rule as Prometheus has it. */
export interface PrometheusRuleItem {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly [name: string]: string };
  readonly annotations?: { readonly [name: string]: string };
}

/**
 * The recording rules of the windows, and the alerts: on a burn of the budget of 30 days within two days and within
 * five, and on slower ones within ten and thirty. A second, shorter window ends an alert soon after its cause.
 * @see https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
 */
export function burnRateRules(objective: Objective): PrometheusRuleItem[] {
  const { name, budget, missed, ratio, absent } = objective;
  const labels = { ...objective.labels, slo: name };
  const recorded = (window: string) => `slo:request_misses:ratio_rate${window}`;
  const selector = Object.entries({ caller: '', ...labels })
    .map(([label, value]) => `${label}="${value}"`)
    .join(',');
  return [
    ...WINDOWS.map(window => ({ record: recorded(window), expr: ratio(window), labels })),
    ...ALERTS.map(({ long, short, factor, severity, after }) => {
      const limit = `${factor} * ${Number(budget.toFixed(8))}`;
      return {
        alert: 'ErrorBudgetBurn',
        expr: `${recorded(long)}{${selector}} > ${limit} and ${recorded(short)}{${selector}} > ${limit}`,
        for: after,
        labels: { ...labels, severity, window: long },
        annotations: {
          summary: `${missed}: its error budget of 30 days burns ${factor} times as fast as it may.`,
          description: `{{ $value | humanizePercentage }} in the last ${long}.`,
        },
      };
    }),
    {
      alert: 'ServiceLevelUnknown',
      expr: absent,
      for: '1h',
      labels: { ...labels, severity: 'warning' },
      annotations: {
        summary: `There are no metrics by which the objective is measured: ${missed.replace(/^.*? of/, 'requests of')}.`,
        description: 'No request was sent since the proxies started, or Prometheus does not scrape them.',
      },
    },
  ];
}

const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

const ALERTS = [
  { long: '1h', short: '5m', factor: 14.4, severity: 'critical', after: '2m' },
  { long: '6h', short: '30m', factor: 6, severity: 'critical', after: '15m' },
  { long: '1d', short: '2h', factor: 3, severity: 'warning', after: '1h' },
  { long: '3d', short: '6h', factor: 1, severity: 'warning', after: '3h' },
] as const;
