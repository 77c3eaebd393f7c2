import { Progress } from '../../bin/commands/progress';

function streamOf(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('steps within the first second print nothing, later ones a line', () => {
  const stream = streamOf(true);
  const progress = new Progress(stream);
  jest.advanceTimersByTime(999);
  progress.step('first');
  jest.advanceTimersByTime(1);
  progress.step('second');

  expect(stream.written).toEqual(['second …\n']);
});

test('what runs in the background for a second is printed once', async () => {
  const stream = streamOf(true);
  const progress = new Progress(stream);
  const slow = progress.during('slow', new Promise(resolve => setTimeout(() => resolve(7), 5000)));
  await jest.advanceTimersByTimeAsync(6000);

  expect(await slow).toBe(7);
  expect(await progress.during('fast', Promise.resolve(8))).toBe(8);
  await jest.advanceTimersByTimeAsync(6000);
  expect(stream.written).toEqual(['slow …\n']);
});

test('a stream that is no terminal gets no progress', () => {
  const stream = streamOf(false);
  const progress = new Progress(stream);
  jest.advanceTimersByTime(5000);
  progress.step('a step');

  expect(stream.written).toEqual([]);
});
