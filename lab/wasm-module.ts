/**
 * A WebAssembly module for proxies that adds a header to each request, in the binary format.
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 * @see https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1
 */
export function headerModule(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from('\0asm\x01\0\0\0', 'latin1'),
    section(1, [signature(5, 1), signature(3, 1), signature(2, 0), signature(1, 1), signature(0, 0)]),
    section(2, [[...text('env'), ...text('proxy_add_header_map_value'), FUNCTION, 0]]),
    section(3, [[1], [2], [3], [4]]),
    section(5, [[0, 1]]),
    section(7, [
      [...text('memory'), MEMORY, 0],
      [...text('proxy_on_request_headers'), FUNCTION, 1],
      [...text('proxy_on_context_create'), FUNCTION, 2],
      [...text('proxy_on_memory_allocate'), FUNCTION, 3],
      [...text('proxy_abi_version_0_2_1'), FUNCTION, 4],
    ]),
    section(10, [
      body(
        ...[REQUEST_HEADERS, 0, name.length, name.length, value.length].flatMap(constant),
        CALL,
        0,
        DROP,
        ...constant(0),
      ),
      body(),
      body(...constant(FREE_MEMORY)),
      body(),
    ]),
    section(11, [[0, ...constant(0), END, ...text(name + value)]]),
  ]);
}

const [FUNCTION, MEMORY] = [0, 2];
const [CALL, DROP, CONSTANT, END] = [0x10, 0x1a, 0x41, 0x0b];
const I32 = 0x7f;
/** The kind of map to which the header is added. */
const REQUEST_HEADERS = 0;
/** The address of what the proxy writes, beyond the name and value of the header. */
const FREE_MEMORY = 1024;

/** A function type whose parameters and results are integers. */
function signature(parameters: number, results: number): number[] {
  const integers = (count: number) => [count, ...Array.from({ length: count }, () => I32)];
  return [0x60, ...integers(parameters), ...integers(results)];
}

function section(id: number, items: readonly (readonly number[])[]): Buffer {
  const content = [items.length, ...items.flat()];
  return Buffer.from([id, ...size(content.length), ...content]);
}

function body(...instructions: number[]): number[] {
  return [...size(instructions.length + 2), 0, ...instructions, END];
}

function constant(value: number): number[] {
  return [CONSTANT, ...(value < 0x40 ? [value] : [(value & 0x7f) | 0x80, value >> 7])];
}

function text(value: string): number[] {
  return [...size(value.length), ...Buffer.from(value, 'latin1')];
}

function size(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7];
}
