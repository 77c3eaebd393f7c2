// A request, step by step.
'use strict';
(() => {
  const page = (globalThis.page ??= {});
  const { byId, data, boxes, make } = page;
  const showRequest = request => {
    const back = page.chosen;
    const items = request.steps.map(({ text, objects }) =>
      make(
        'li',
        {},
        text,
        ...objects.map(({ title, place }) => make('div', { class: 'quiet-text' }, `${title} ${place}`)),
      ),
    );
    const status = make('p', { role: 'status' });
    let step = 0;
    const show = by => {
      step = Math.min(Math.max(step + by, 0), items.length - 1);
      items.forEach((item, index) => {
        item.setAttribute('aria-current', index === step ? 'true' : 'false');
      });
      status.textContent = `Step ${step + 1} of ${items.length}`;
      mark(request, step, items.length);
      items[step]?.scrollIntoView({ block: 'nearest' });
    };
    byId('details').replaceChildren(
      make('button', { type: 'button', click: () => page.choose(back, true) }, 'Back'),
      make('h2', {}, request.title),
      make(
        'p',
        {},
        make('button', { type: 'button', click: () => show(-1) }, 'Previous'),
        ' ',
        make('button', { type: 'button', click: () => show(1) }, 'Next'),
      ),
      status,
      make('ol', {}, ...items),
      ...request.terms.map(each => make('p', { class: 'quiet-text' }, each)),
      make('p', {}, make('strong', {}, request.arrives ? 'It arrives.' : 'It does not arrive in all cases.')),
    );
    show(0);
    byId('details').focus();
  };
  /** Marks the box in which a step happens: the one with the object that decides, else the caller, at last the callee. */
  const mark = (request, step, count) => {
    const call = data.calls[request.call];
    const titles = (request.steps[step]?.objects ?? []).map(({ title }) => title.replace(/ \(.*/, ''));
    const ends = call ? [call[1], call[0]] : [];
    const place =
      ends.find(each => data.nodes[each].objects.some(({ title }) => titles.includes(title)))
      ?? (step === count - 1 ? ends[0] : ends[1]);
    boxes.forEach((box, index) => box.classList.toggle('step', index === place));
  };

  // Requests of one's own, where a server explains them.
  const form = () => {
    if (data.version === undefined) {
      return [];
    }
    const callers = make(
      'datalist',
      { id: 'callers' },
      ...['internet', ...data.nodes.flatMap(each => each.versions)].map(each => make('option', { value: each })),
    );
    const from = make('input', { list: 'callers', 'aria-label': 'From', placeholder: 'shop/web, or internet' });
    const to = make('input', { 'aria-label': 'To', placeholder: 'payment.shop:8080/charge' });
    const method = make('input', { 'aria-label': 'Method', value: 'GET', size: 7 });
    const header = make('input', { 'aria-label': 'Header', placeholder: 'header: NAME=VALUE' });
    const claim = make('input', { 'aria-label': 'Claim of a token', placeholder: 'claim: NAME=VALUE' });
    const status = make('p', { role: 'alert', class: 'is-error' });
    const send = event => {
      event.preventDefault();
      const query = new URLSearchParams({
        from: from.value,
        to: to.value,
        method: method.value,
        header: header.value,
        claim: claim.value,
      });
      fetch(`/route?${query}`)
        .then(response => response.json())
        .then(({ error, request }) => {
          status.textContent = error ?? '';
          if (request) {
            showRequest(request);
          }
        })
        .catch(() => {
          status.textContent = 'The server does not answer.';
        });
    };
    return [
      callers,
      make(
        'form',
        { submit: send },
        from,
        ' ',
        to,
        ' ',
        method,
        ' ',
        header,
        ' ',
        claim,
        ' ',
        make('button', {}, 'Explain'),
      ),
      status,
    ];
  };

  Object.assign(page, { showRequest, form });
})();
