/**
 * A graph in Graphviz's language as SVG. The same graph is the same picture on every machine: Graphviz comes as
 * WebAssembly, with measures of letters of its own.
 * @throws Error with Graphviz's words for what is no graph
 */
export async function svgOf(graph: string): Promise<string> {
  // Loaded by who draws, and by nobody else: it is larger than all the rest of the program.
  const { instance } = await import("@viz-js/viz");
  const drawn = (await instance()).renderString(graph, { format: "svg" });
  // What a page does not need: the XML prologue and comments, which tell the version of Graphviz.
  return `${drawn
    .replace(/<\?xml.*?\?>|<!DOCTYPE[\s\S]*?>|<!--[\s\S]*?-->/g, "")
    .replace(/^\s*\n/gm, "")
    .trim()}\n`;
}
