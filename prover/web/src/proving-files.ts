/** Where the page's host has the files of an instance, below the page. Names say that the keys are development ones. */
export const provingFiles = (name: string) =>
  Object.freeze({
    wasm: `proving/${name}.wasm`,
    zkey: `proving/${name}.development.zkey`,
    vkey: `proving/${name}.development.vkey.json`,
  });
