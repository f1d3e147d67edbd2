// What is packed into the file: gzip, as base64, in an element that the browser does not run.

const OLD = "This browser is too old to unpack the lecture: Chrome and Edge from 80, Safari from 16.4, Firefox from 113 can.";

export async function unpacked(id) {
  if (!("DecompressionStream" in window)) throw new Error(OLD);
  const packed = atob(document.getElementById(id).textContent.trim());
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

let plotly = null;

// Plotly is large: unpacked once, for the first chart.
export function charts() {
  plotly ??= unpacked("plotly").then((text) => {
    document.head.append(Object.assign(document.createElement("script"), { textContent: text }));
    return /** @type {any} */ (window).Plotly;
  });
  return plotly;
}
