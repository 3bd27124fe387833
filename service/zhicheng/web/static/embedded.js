// Tells the page around how high the fragment is.
new ResizeObserver(() => parent.postMessage({zhichengHeight: Math.ceil(document.documentElement.getBoundingClientRect().height)}, '*')).observe(document.documentElement);
