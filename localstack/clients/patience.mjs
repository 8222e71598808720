// node --import ./patience.mjs …: the conformance suite gives some calls half a second and then says
// that nothing came. How fast a machine is while it is busy with other things is not what is tested:
// timers of that size wait longer, all others as they are.
const { setTimeout: once } = globalThis;

globalThis.setTimeout = (callback, ms, ...args) =>
  once(callback, ms >= 400 && ms <= 1000 ? ms * 20 : ms, ...args);
