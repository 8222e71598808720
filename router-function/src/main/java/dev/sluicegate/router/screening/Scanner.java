package dev.sluicegate.router.screening;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finds the keywords of all detectors in one pass and asks each detector where its keyword stands.
 *
 * @see <a href="https://doi.org/10.1145/360825.360855">Aho and Corasick, Efficient string matching</a>
 */
final class Scanner {
    private record Hit(Detector detector, int length) {}

    private final int[] classOf = new int[128];
    private final int classes;
    private final int[] next;
    private final Hit[][] hits;

    Scanner(List<Detector> detectors) {
        var alphabet = 1; // class 0: what no keyword holds
        for (var detector : detectors) {
            for (var keyword : detector.keywords()) {
                if (keyword.isEmpty() || !keyword.equals(keyword.toLowerCase(Locale.ROOT))) {
                    throw new IllegalArgumentException(
                            "keyword `" + keyword + "` is not lower case");
                }
                for (var i = 0; i < keyword.length(); i++) {
                    if (classOf[keyword.charAt(i)] == 0) {
                        classOf[keyword.charAt(i)] = alphabet++;
                    }
                }
            }
        }
        for (var c = 'A'; c <= 'Z'; c++) {
            classOf[c] = classOf[c + ('a' - 'A')];
        }
        classes = alphabet;

        var trie = new ArrayList<Map<Integer, Integer>>();
        var found = new ArrayList<List<Hit>>();
        trie.add(new HashMap<>());
        found.add(new ArrayList<>());
        for (var detector : detectors) {
            for (var keyword : detector.keywords()) {
                var state = 0;
                for (var i = 0; i < keyword.length(); i++) {
                    var symbol = classOf[keyword.charAt(i)];
                    var to = trie.get(state).get(symbol);
                    if (to == null) {
                        to = trie.size();
                        trie.get(state).put(symbol, to);
                        trie.add(new HashMap<>());
                        found.add(new ArrayList<>());
                    }
                    state = to;
                }
                found.get(state).add(new Hit(detector, keyword.length()));
            }
        }
        next = new int[trie.size() * classes];
        link(trie, found);
        hits = new Hit[trie.size()][];
        Arrays.setAll(hits, state -> found.get(state).toArray(Hit[]::new));
    }

    private void link(List<Map<Integer, Integer>> trie, List<List<Hit>> found) {
        var fail = new int[trie.size()];
        var queue = new ArrayDeque<Integer>();
        queue.add(0);
        while (!queue.isEmpty()) {
            int state = queue.remove();
            for (var symbol = 0; symbol < classes; symbol++) {
                var to = trie.get(state).get(symbol);
                var otherwise = state == 0 ? 0 : next[fail[state] * classes + symbol];
                if (to == null) {
                    next[state * classes + symbol] = otherwise;
                } else {
                    next[state * classes + symbol] = to;
                    fail[to] = otherwise;
                    // the longer keyword is asked first
                    found.get(to).addAll(found.get(otherwise));
                    queue.add(to);
                }
            }
        }
    }

    /** Spans in order, without overlap, inside the value of {@code leaf}. */
    List<Span> scan(Leaf leaf) {
        var text = leaf.text();
        var spans = new ArrayList<Span>(0);
        var state = 0;
        var free = leaf.offset();
        var i = 0;
        while (i < text.length()) {
            var c = text.charAt(i++);
            state = c < 128 ? next[state * classes + classOf[c]] : 0;
            for (var hit : hits[state]) {
                var span = hit.detector().at(leaf, i - hit.length(), i);
                if (span != null && span.start() >= free) {
                    spans.add(span);
                    free = span.end();
                    if (free > i) {
                        i = free;
                        state = 0;
                    }
                    break;
                }
            }
        }
        return spans;
    }
}
