const ASSUMPTION = 'assumption: ';
const AUTHORIZER = 'checked by the external authorizer ';

/**
 * The assumptions in the steps of a request.
 * @param arrives whether it arrives at Pods or hosts outside
 */
export function assumptionsIn(steps: readonly string[], arrives: boolean): string[] {
  return [
    ...steps.flatMap(each =>
      each.startsWith(ASSUMPTION)
        ? [each.slice(ASSUMPTION.length)]
        : each.includes(' assumed ')
          ? [each]
          : arrives && each.startsWith(AUTHORIZER)
            ? [`the external authorizer ${each.slice(AUTHORIZER.length)} allows it`]
            : [],
    ),
    ...(arrives ? ['all destinations are healthy'] : []),
  ];
}
