/** The part of WebAssembly's interface that the engine uses: TypeScript has it only among the types of browsers. */
declare namespace WebAssembly {
  interface Module {
    readonly __module: never
  }
  function compile(bytes: Uint8Array): Promise<Module>
}
