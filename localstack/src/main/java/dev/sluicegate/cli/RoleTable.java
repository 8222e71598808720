package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluicegate.policy.RolePolicies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A table of roles and tools as teams have one: CSV with a column for each tool and a row for each role, CSV with
 * the columns {@code role,tool}, or YAML with a list of tools for each role. A cell may also be {@code
 * approval:<role>}. What it cannot read is refused: a cell that is skipped would be a right that is lost, or worse.
 */
final class RoleTable {
    private static final Set<String> YES = Set.of("x", "yes", "y", "true", "1", "allow", "permit");
    private static final Set<String> NO = Set.of("", "-", "no", "n", "false", "0");
    private static final String APPROVAL = "approval:";
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    private final String name;
    private final Set<String> tools;
    private final List<RolePolicies.Grant> grants = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    private RoleTable(String name, Set<String> tools) {
        this.name = name;
        this.tools = tools;
    }

    /**
     * @param tools that exist
     * @throws CommandFailedException with one line per problem
     */
    static List<RolePolicies.Grant> read(Path file, Set<String> tools) {
        var table = new RoleTable(String.valueOf(file.getFileName()), tools);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new CommandFailedException(
                        ExitCode.USAGE, "`" + file + "` is larger than " + MAX_BYTES + " bytes");
            }
            if (table.name.endsWith(".yaml") || table.name.endsWith(".yml")) {
                table.yaml(file);
            } else {
                table.csv(Files.readAllLines(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read `" + file + "`", e);
        }
        if (table.problems.isEmpty() && table.grants.isEmpty()) {
            table.problems.add(table.name + ": grants nothing to anybody");
        }
        if (!table.problems.isEmpty()) {
            throw new CommandFailedException(ExitCode.NO, String.join("\n", table.problems));
        }
        return table.grants;
    }

    private void yaml(Path file) throws IOException {
        JsonNode roles;
        try {
            roles =
                    YAMLMapper.builder()
                            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                            .build()
                            .readTree(file.toFile());
        } catch (JsonProcessingException e) {
            var place = e.getLocation();
            problem(place == null ? 1 : place.getLineNr(), "is not YAML");
            return;
        }
        if (!roles.isObject()) {
            problems.add(name + ": is not a mapping of roles to lists of tools");
            return;
        }
        for (var role : roles.properties()) {
            var place = name + " role `" + role.getKey() + "`";
            if (!role.getValue().isArray()) {
                problems.add(place + ": has no list of tools");
                continue;
            }
            for (var tool : role.getValue()) {
                if (tool.isTextual()) {
                    grant(place, role.getKey(), tool.textValue(), "x");
                } else if (tool.isObject() && tool.size() == 1) {
                    var cell = tool.properties().iterator().next();
                    grant(place, role.getKey(), cell.getKey(), cell.getValue().asText());
                } else {
                    problems.add(
                            place + ": an entry is neither a tool nor `tool: approval:<role>`");
                }
            }
        }
    }

    private void csv(List<String> lines) {
        List<String> header = null;
        var number = 0;
        for (var line : lines) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            // spreadsheets begin UTF-8 with a mark
            var cells = cells(number, number == 1 ? line.replaceFirst("^\uFEFF", "") : line);
            if (header == null) {
                header = cells;
                header(number, cells);
            } else if (cells.size() != header.size()) {
                problem(number, "has " + cells.size() + " columns, not " + header.size());
            } else if (isList(header)) {
                grant(name + ":" + number, cells.getFirst(), cells.get(1), "x");
            } else {
                for (var i = 1; i < cells.size(); i++) {
                    grant(name + ":" + number, cells.getFirst(), header.get(i), cells.get(i));
                }
            }
        }
    }

    private void header(int number, List<String> header) {
        if (header.size() < 2 || !header.getFirst().equalsIgnoreCase("role")) {
            problem(number, "the first line must be `role,tool` or `role,<tool>,<tool>,…`");
        } else if (!isList(header)) {
            for (var tool : header.subList(1, header.size())) {
                if (!tools.contains(tool)) {
                    problem(number, "unknown tool `" + tool + "`");
                }
            }
            if (new HashSet<>(header).size() != header.size()) {
                problem(number, "a column is there twice");
            }
        }
    }

    private static boolean isList(List<String> header) {
        return header.size() == 2 && header.get(1).equalsIgnoreCase("tool");
    }

    private void grant(String place, String role, String tool, String cell) {
        var word = cell.strip().toLowerCase(Locale.ROOT);
        if (NO.contains(word)) {
            return;
        }
        if (!tools.contains(tool)) {
            // a column of that name has been named once already
            if (seen.add("unknown " + tool)
                    && problems.stream().noneMatch(p -> p.endsWith("`" + tool + "`"))) {
                problems.add(place + ": unknown tool `" + tool + "`");
            }
            return;
        }
        if (!seen.add(role + "\n" + tool)) {
            problems.add(place + ": role `" + role + "` has `" + tool + "` twice");
            return;
        }
        try {
            if (YES.contains(word)) {
                grants.add(new RolePolicies.Grant(role, tool, null));
            } else if (word.startsWith(APPROVAL)) {
                grants.add(
                        new RolePolicies.Grant(
                                role, tool, cell.strip().substring(APPROVAL.length()).strip()));
            } else {
                problems.add(
                        place + ": `" + cell + "` is neither x, nor empty, nor approval:<role>");
            }
        } catch (IllegalArgumentException e) {
            problems.add(place + ": " + e.getMessage());
        }
    }

    /** RFC 4180 in one line: quoted cells, doubled quotes. */
    private List<String> cells(int number, String line) {
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.length(); i++) {
            var c = line.charAt(i);
            if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        if (quoted) {
            problem(number, "a quote is not closed");
        }
        cells.add(cell.toString().strip());
        return cells;
    }

    private void problem(int line, String what) {
        problems.add(name + ":" + line + ": " + what);
    }
}
