package dev.sluicegate.router.screening;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keywords of all detectors in one pass and asks each detector where its keyword stands.
 *
 * @see <a href="https://doi.org/10.1145/360825.360855">Aho and Corasick, Efficient string matching</a>
 */
final class Scanner {
    private record Hit(Detector detector, int length) {}

    private static final Hit[] NONE = {};

    private final byte[] classOf = new byte[128];

    /** Rows of the table are 2^shift long, so that a transition needs no multiplication. */
    private final int shift;

    /** In a transition: keywords end in the state that it leads to. */
    private static final int ENDS = 0x8000;

    /** Sixteen bits a state: the table has to stay in the second-level cache. */
    private final char[] next;

    private final Hit[][] hits;
    private final Detector[] atDigits;

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
                        classOf[keyword.charAt(i)] = (byte) alphabet++;
                    }
                }
            }
        }
        for (var c = 'A'; c <= 'Z'; c++) {
            classOf[c] = classOf[c + ('a' - 'A')];
        }
        var classes = alphabet;
        shift = 32 - Integer.numberOfLeadingZeros(classes - 1);

        var trie = new ArrayList<Map<Integer, Integer>>();
        var found = new ArrayList<List<Hit>>();
        trie.add(new HashMap<>());
        found.add(new ArrayList<>());
        for (var detector : detectors) {
            for (var keyword : detector.keywords()) {
                var state = 0;
                for (var i = 0; i < keyword.length(); i++) {
                    var symbol = (int) classOf[keyword.charAt(i)];
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
        if (trie.size() > ENDS) {
            throw new IllegalArgumentException(trie.size() + " states do not fit into 15 bits");
        }
        next = new char[trie.size() << shift];
        link(trie, found, classes);
        hits = new Hit[trie.size()][];
        Arrays.setAll(
                hits, state -> found.get(state).isEmpty() ? NONE : found.get(state).toArray(NONE));
        for (var i = 0; i < next.length; i++) {
            if (hits[next[i]].length > 0) {
                next[i] = (char) (next[i] | ENDS);
            }
        }
        atDigits = detectors.stream().filter(Detector::anchorsAtDigits).toArray(Detector[]::new);
    }

    private void link(List<Map<Integer, Integer>> trie, List<List<Hit>> found, int classes) {
        var fail = new int[trie.size()];
        var queue = new ArrayDeque<Integer>();
        queue.add(0);
        while (!queue.isEmpty()) {
            int state = queue.remove();
            for (var symbol = 0; symbol < classes; symbol++) {
                var to = trie.get(state).get(symbol);
                var otherwise = state == 0 ? 0 : next[(fail[state] << shift) | symbol];
                if (to == null) {
                    next[(state << shift) | symbol] = otherwise;
                } else {
                    next[(state << shift) | symbol] = (char) to.intValue();
                    fail[to] = otherwise;
                    // the longer keyword is asked first
                    found.get(to).addAll(found.get(otherwise));
                    queue.add(to);
                }
            }
        }
    }

    /** How many states the automaton has. */
    int states() {
        return hits.length;
    }

    /**
     * Spans in order, without overlap, inside the value of {@code leaf}. Where two detectors disagree,
     * the earlier anchor wins, then the longer keyword, then the order of the detectors; a special
     * detector wins over a general one.
     */
    List<Span> scan(Leaf leaf) {
        var text = leaf.text();
        var found = new Found(leaf.offset());
        var state = 0;
        var inNumber = false;
        var i = 0;
        while (i < text.length()) {
            var c = text.charAt(i++);
            var before = found.free;
            var digit = c >= '0' && c <= '9';
            if (digit && !inNumber) {
                for (var detector : atDigits) {
                    if (found.accept(detector.at(leaf, i - 1, i))) {
                        break;
                    }
                }
            }
            inNumber = digit;
            var to = c < 128 ? next[(state << shift) | classOf[c]] : 0;
            state = to & ~ENDS;
            if (to >= ENDS && found.free == before) {
                for (var hit : hits[state]) {
                    if (found.accept(hit.detector().at(leaf, i - hit.length(), i))) {
                        break;
                    }
                }
            }
            if (found.free != before && found.free > i) {
                i = found.free;
                state = 0;
                inNumber = false;
            }
        }
        leaf.worked(text.length());
        return found.finish();
    }

    /** What was found so far: settled spans, and one found by its name that may still be renamed. */
    private static final class Found {
        private final List<Span> spans = new ArrayList<>(0);
        private @Nullable Span pending;
        private int free;

        Found(int free) {
            this.free = free;
        }

        /** Whether {@code span} settles what stands here; a general one never does. */
        boolean accept(@Nullable Span span) {
            if (span == null || span.start() < free) {
                return false;
            }
            var open = pending;
            if (open != null && !open.overlaps(span)) {
                spans.add(open);
                pending = null;
                free = Math.max(free, open.end());
                open = null;
                if (span.start() < free) {
                    return false;
                }
            }
            if (span.isUntouchable()) {
                if (open == null) {
                    free = span.end();
                }
                return open == null;
            }
            if (span.general()) {
                pending = open == null ? span : span.joined(open);
                return false;
            }
            var settled = open == null ? span : open.joined(span);
            spans.add(settled);
            pending = null;
            free = settled.end();
            return true;
        }

        List<Span> finish() {
            if (pending != null) {
                spans.add(pending);
            }
            return spans;
        }
    }
}
