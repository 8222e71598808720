package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Secrets Manager for the template's secrets: GetSecretValue, PutSecretValue, DescribeSecret. Secrets that
 * CloudFormation would generate are generated when first seen; all are kept in one file, readable by its owner only.
 */
public final class SecretsService implements LocalService {
    private static final String PREFIX = "secretsmanager.";
    private static final String CURRENT = "AWSCURRENT";
    private static final String PREVIOUS = "AWSPREVIOUS";

    /** Secrets Manager's limit. */
    private static final int MAX_VALUE_BYTES = 65_536;

    private static final String LETTERS_AND_DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /** What GenerateSecretString draws from beside letters and digits. */
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private final Template template;
    private final PrivateFile file;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /** By secret name: {versions: {id: {text | binary, created, stages: []}}}. */
    private final Map<String, ObjectNode> stored = new HashMap<>();

    /**
     * Reads what is stored and generates what is missing.
     *
     * @param path file the secrets are kept in
     * @throws UncheckedIOException if the file cannot be read or written
     */
    public SecretsService(Template template, Path path, Clock clock) {
        this.template = template;
        this.file = new PrivateFile(path);
        this.clock = clock;
        load();
        boolean changed = false;
        for (Template.Secret secret : template.secrets()) {
            if (!stored.containsKey(secret.name())) {
                stored.put(secret.name(), JsonOperation.object());
                var version = version(UUID.randomUUID().toString(), secret.name());
                version.put("text", initial(secret));
                version.putArray("stages").add(CURRENT);
                changed = true;
            }
        }
        if (changed) {
            save();
        }
    }

    private void load() {
        var content = file.read();
        if (content.isEmpty()) {
            return;
        }
        try {
            JsonNode json = JsonOperation.mapper().readTree(content.get());
            for (var field : PolicyDocument.fields(json)) {
                if (field.getValue() instanceof ObjectNode versions) {
                    stored.put(field.getKey(), versions);
                }
            }
        } catch (IOException e) {
            // without the parser's message, which quotes the file
            throw new UncheckedIOException(
                    new IOException(
                            "the stored secrets are not JSON: " + e.getClass().getSimpleName()));
        }
    }

    private void save() {
        var json = JsonOperation.object();
        stored.forEach(json::set);
        file.write(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    private String initial(Template.Secret secret) {
        if (secret.text() != null) {
            return secret.text();
        }
        var generate = secret.generate();
        if (generate == null) {
            return password(new Template.Generate(32, false, "", null, null));
        }
        String password = password(generate);
        if (generate.template() == null || generate.key() == null) {
            return password;
        }
        try {
            if (JsonOperation.mapper().readTree(generate.template()) instanceof ObjectNode object) {
                return object.put(generate.key(), password).toString();
            }
        } catch (IOException _) {
            // said below
        }
        throw new TemplateException(
                "SecretStringTemplate of " + secret.name() + " is not a JSON object");
    }

    private String password(Template.Generate generate) {
        var alphabet = new StringBuilder();
        String all =
                generate.excludePunctuation()
                        ? LETTERS_AND_DIGITS
                        : LETTERS_AND_DIGITS + PUNCTUATION;
        all.chars()
                .filter(c -> generate.excludeCharacters().indexOf(c) < 0)
                .forEach(c -> alphabet.append((char) c));
        var out = new StringBuilder(generate.length());
        for (int i = 0; i < generate.length(); i++) {
            out.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return out.toString();
    }

    @Override
    public String service() {
        return "secretsmanager";
    }

    @Override
    public List<Authorization> authorizations(LocalRequest request) {
        var operation = JsonOperation.of(request, PREFIX);
        String action =
                switch (operation.name()) {
                    case "GetSecretValue", "PutSecretValue", "DescribeSecret" ->
                            "secretsmanager:" + operation.name();
                    default -> throw JsonOperation.unknown(operation.name());
                };
        String id = operation.need("SecretId");
        var context = new HashMap<String, List<String>>();
        context.put("secretsmanager:SecretId", List.of(id));
        if (operation.name().equals("GetSecretValue")) {
            String versionId = operation.text("VersionId");
            String stage = operation.text("VersionStage");
            if (versionId != null) {
                context.put("secretsmanager:VersionId", List.of(versionId));
            }
            if (stage != null || versionId == null) {
                context.put(
                        "secretsmanager:VersionStage", List.of(stage == null ? CURRENT : stage));
            }
        }
        String unknown =
                "arn:aws:secretsmanager:"
                        + Template.REGION
                        + ":"
                        + Template.ACCOUNT
                        + ":secret:"
                        + id;
        String arn = find(id).map(Template.Secret::arn).orElse(unknown);
        return List.of(new Authorization(action, arn, context));
    }

    @Override
    public synchronized LocalResponse handle(LocalRequest request, LocalCaller caller) {
        var operation = JsonOperation.of(request, PREFIX);
        String id = operation.need("SecretId");
        var secret =
                find(id).orElseThrow(() ->
                        new LocalServiceException(
                                400,
                                "ResourceNotFoundException",
                                "Secrets Manager can't find the specified secret"));
        return JsonOperation.answer(
                switch (operation.name()) {
                    case "GetSecretValue" -> get(operation, secret);
                    case "PutSecretValue" -> put(operation, secret);
                    case "DescribeSecret" -> describe(secret);
                    default -> throw JsonOperation.unknown(operation.name());
                });
    }

    /** By name, ARN, or ARN without the six characters at its end. */
    private Optional<Template.Secret> find(String id) {
        return template.secrets().stream()
                .filter(secret ->
                        id.equals(secret.name())
                                || id.equals(secret.arn())
                                || id.equals(secret.arn().substring(0, secret.arn().length() - 7)))
                .findFirst();
    }

    private ObjectNode versions(String name) {
        return stored.computeIfAbsent(name, _ -> JsonOperation.object());
    }

    private ObjectNode version(String versionId, String name) {
        var version = JsonOperation.object();
        version.put("created", clock.instant().getEpochSecond());
        versions(name).set(versionId, version);
        return version;
    }

    private static Set<String> stages(JsonNode version) {
        return new TreeSet<>(PolicyDocument.texts(version.path("stages")));
    }

    private static @Nullable String holder(ObjectNode versions, String stage) {
        for (var version : PolicyDocument.fields(versions)) {
            if (stages(version.getValue()).contains(stage)) {
                return version.getKey();
            }
        }
        return null;
    }

    private ObjectNode get(JsonOperation operation, Template.Secret secret) {
        var versions = versions(secret.name());
        String versionId = operation.text("VersionId");
        String stage = operation.text("VersionStage");
        String wanted =
                versionId == null ? holder(versions, stage == null ? CURRENT : stage) : versionId;
        JsonNode version = wanted == null ? versions.path("") : versions.path(wanted);
        if (wanted == null
                || version.isMissingNode()
                || stages(version).isEmpty()
                || (stage != null && !stages(version).contains(stage))) {
            throw new LocalServiceException(
                    400,
                    "ResourceNotFoundException",
                    "Secrets Manager can't find the specified secret value");
        }
        var out = named(secret, wanted);
        if (version.has("text")) {
            out.put("SecretString", version.get("text").asText());
        } else {
            out.put("SecretBinary", version.path("binary").asText());
        }
        stages(version).forEach(out.withArray("VersionStages")::add);
        out.put("CreatedDate", version.path("created").asLong());
        return out;
    }

    private static ObjectNode named(Template.Secret secret, String versionId) {
        var out = JsonOperation.object();
        out.put("ARN", secret.arn());
        out.put("Name", secret.name());
        out.put("VersionId", versionId);
        return out;
    }

    private ObjectNode put(JsonOperation operation, Template.Secret secret) {
        String text = operation.text("SecretString");
        String binary = operation.text("SecretBinary");
        if ((text == null) == (binary == null)) {
            throw new LocalServiceException(
                    400,
                    "InvalidParameterException",
                    "one of SecretString and SecretBinary is needed");
        }
        String value = text == null ? String.valueOf(binary) : text;
        if (value.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE_BYTES) {
            throw new LocalServiceException(
                    400, "InvalidParameterException", "the value is too long");
        }
        String token = operation.text("ClientRequestToken");
        String versionId = token == null ? UUID.randomUUID().toString() : token;
        if (versionId.length() < 32 || versionId.length() > 64) {
            throw new LocalServiceException(
                    400,
                    "InvalidParameterException",
                    "ClientRequestToken is not 32 to 64 characters");
        }
        var stages = new ArrayList<>(PolicyDocument.texts(operation.input().path("VersionStages")));
        if (stages.isEmpty()) {
            stages.add(CURRENT);
        }
        var versions = versions(secret.name());
        String member = text == null ? "binary" : "text";
        JsonNode existing = versions.path(versionId);
        if (!existing.isMissingNode()) {
            if (!existing.path(member).asText().equals(value)) {
                throw new LocalServiceException(
                        400, "ResourceExistsException", "the version exists with another value");
            }
        } else {
            version(versionId, secret.name()).put(member, value);
            for (String stage : stages) {
                move(versions, stage, versionId);
            }
            save();
        }
        var out = named(secret, versionId);
        stages(versions.path(versionId)).forEach(out.withArray("VersionStages")::add);
        return out;
    }

    /** A stage is on one version at a time; what loses AWSCURRENT becomes AWSPREVIOUS. */
    private static void move(ObjectNode versions, String stage, String to) {
        String from = holder(versions, stage);
        if (from != null) {
            label(versions, from, stage, false);
            if (stage.equals(CURRENT)) {
                String older = holder(versions, PREVIOUS);
                if (older != null) {
                    label(versions, older, PREVIOUS, false);
                }
                label(versions, from, PREVIOUS, true);
            }
        }
        label(versions, to, stage, true);
    }

    private static void label(ObjectNode versions, String versionId, String stage, boolean on) {
        if (versions.get(versionId) instanceof ObjectNode version) {
            var stages = stages(version);
            if (on) {
                stages.add(stage);
            } else {
                stages.remove(stage);
            }
            var array = version.putArray("stages");
            stages.forEach(array::add);
        }
    }

    private ObjectNode describe(Template.Secret secret) {
        var out = JsonOperation.object();
        out.put("ARN", secret.arn());
        out.put("Name", secret.name());
        var ids = out.putObject("VersionIdsToStages");
        for (var version : PolicyDocument.fields(versions(secret.name()))) {
            var stages = stages(version.getValue());
            if (!stages.isEmpty()) {
                stages.forEach(ids.putArray(version.getKey())::add);
            }
        }
        return out;
    }
}
