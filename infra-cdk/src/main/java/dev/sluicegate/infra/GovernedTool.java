package dev.sluicegate.infra;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.contract.ToolManifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.lambda.CfnPermission;
import software.constructs.Construct;

/**
 * A tool in the account. Its function may log, read its own grant key and claim executions; it has no way to
 * data and none to STS roles. Data is for the data role, which STS gives only for a token that the router
 * signed for this tool, this environment, one tenant, one user and each bound resource.
 */
final class GovernedTool extends Construct {
    /** Tags that every session carries; manifests add theirs by {@code bind}. */
    static final List<String> TAGS =
            List.of("tenant", "user", "role", "roles", "env", "tool", "client");

    private static final Pattern TABLE = Pattern.compile("\\$\\{table:([a-z][a-z0-9-]*)}");

    /** The longest a session may last, whatever a tool asks for. */
    private static final int MAX_SESSION_SECONDS = 3600;

    /** Beside what the manifest allows: verifying the grant, the claim, STS. */
    private static final int OVERHEAD_SECONDS = 3;

    GovernedTool(
            Construct scope, Arns arns, Settings settings, String environment, ToolSource source) {
        super(scope, id(Settings.slug(source.manifest().name())));
        var tool = source.manifest();
        var slug = Settings.slug(tool.name());
        GeneratedSecret.in(
                this,
                "Grant",
                settings,
                "grant-" + slug,
                "Key of the call grants of " + tool.name());
        var data = dataRole(arns, settings, environment, tool);
        var variables = new TreeMap<String, String>();
        variables.put("STAGE", settings.stage());
        variables.put("ENVIRONMENT", environment);
        variables.put("TOOL_NAME", tool.name());
        variables.put("GRANT_SECRET_ID", settings.name("grant-" + slug));
        variables.put("DATA_ROLE_ARN", data.getAttrArn());
        variables.put("AUDIT_TABLE", settings.name("audit"));
        variables.put("POWERTOOLS_SERVICE_NAME", slug);
        for (var table : tables(tool)) {
            variables.put(
                    table.toUpperCase(Locale.ROOT).replace('-', '_') + "_TABLE",
                    settings.name("demo-" + table));
        }
        var function =
                new JavaFunction(
                        this,
                        "Tool",
                        settings,
                        new JavaFunction.Spec(
                                "tool-" + slug,
                                source.handler(),
                                Zips.of(source.folder(), settings.assets()),
                                512,
                                tool.limits().timeoutMs() / 1000 + OVERHEAD_SECONDS,
                                0,
                                tool.isolation() == ToolManifest.Isolation.TENANT,
                                variables,
                                executionStatements(arns, slug, tool.name())));
        CfnPermission.Builder.create(this, "OnlyTheRouter")
                .action("lambda:InvokeFunction")
                .functionName(function.alias().getFunctionArn())
                .principal(arns.role("exec-router"))
                .build();
    }

    private static List<Statement> executionStatements(Arns arns, String slug, String tool) {
        return List.of(
                Statement.allow(
                        "OwnGrantKey",
                        List.of("secretsmanager:GetSecretValue"),
                        List.of(arns.secret("grant-" + slug))),
                TrailStack.appending(arns, List.of("exec#" + tool + "#*")),
                // of its own: conditions on keys hold for each item of a transaction
                Statement.allow(
                                "SeeTheIntent",
                                List.of("dynamodb:ConditionCheckItem"),
                                List.of(arns.table("audit")))
                        .leadingKeys(List.of("call#*")));
    }

    private CfnRole dataRole(Arns arns, Settings settings, String environment, ToolManifest tool) {
        var tags = new TreeSet<>(TAGS);
        tags.addAll(tool.bind().keySet());
        var trust =
                Statement.allow(
                                "SignedByTheRouter",
                                List.of(
                                        "sts:AssumeRoleWithWebIdentity",
                                        "sts:TagSession",
                                        "sts:SetSourceIdentity"),
                                List.of())
                        .by("Federated", arns.issuer())
                        .when(
                                "StringEquals",
                                settings.issuerConditionPrefix() + ":aud",
                                tool.name())
                        .when("StringEquals", "aws:RequestTag/tool", tool.name())
                        .when("StringEquals", "aws:RequestTag/env", environment)
                        .when("Null", "aws:RequestTag/tenant", "false")
                        .when("Null", "aws:RequestTag/user", "false")
                        .when("ForAllValues:StringEquals", "aws:TagKeys", List.copyOf(tags));
        for (var tag : tool.bind().keySet()) {
            if (TAGS.contains(tag)) {
                throw new IllegalArgumentException(
                        "`" + tool.name() + "` binds `" + tag + "`, which is a tag of ours");
            }
            trust = trust.when("Null", "aws:RequestTag/" + tag, "false");
        }
        var statements = new ArrayList<Map<String, Object>>();
        for (var statement : tool.role().statements()) {
            statements.add(fields(statement, arns, tool));
        }
        return CfnRole.Builder.create(this, "DataRole")
                .roleName(settings.name("data-" + Settings.slug(tool.name())))
                .description("What " + tool.name() + " may touch, as one user")
                .maxSessionDuration(MAX_SESSION_SECONDS)
                .assumeRolePolicyDocument(Statement.document(List.of(trust)))
                .policies(
                        statements.isEmpty()
                                ? List.of()
                                : List.of(
                                        CfnRole.PolicyProperty.builder()
                                                .policyName("manifest")
                                                .policyDocument(Statement.documentOf(statements))
                                                .build()))
                .build();
    }

    private static Object value(JsonNode json, Arns arns, ToolManifest tool) {
        return switch (json.getNodeType()) {
            case OBJECT -> fields(json, arns, tool);
            case ARRAY -> {
                var all = new ArrayList<Object>();
                json.forEach(one -> all.add(value(one, arns, tool)));
                yield all;
            }
            case STRING -> named(json.textValue(), arns, tool);
            case NUMBER, BOOLEAN -> json.asText();
            case NULL, MISSING, POJO, BINARY ->
                    throw new IllegalArgumentException(
                            "`" + tool.name() + "`: a role statement holds no value where one is");
        };
    }

    private static Map<String, Object> fields(JsonNode json, Arns arns, ToolManifest tool) {
        var out = new LinkedHashMap<String, Object>();
        json.properties()
                .forEach(field -> {
                    out.put(field.getKey(), value(field.getValue(), arns, tool));
                });
        return out;
    }

    /** {@code ${table:customers}} becomes the table's ARN; {@code ${aws:…}} is for IAM and stays. */
    private static String named(String text, Arns arns, ToolManifest tool) {
        return TABLE.matcher(text)
                .replaceAll(match -> {
                    known(match.group(1), tool);
                    return Matcher.quoteReplacement(arns.table("demo-" + match.group(1)));
                });
    }

    private static Set<String> tables(ToolManifest tool) {
        var names = new TreeSet<String>();
        for (var statement : tool.role().statements()) {
            TABLE.matcher(statement.toString()).results().forEach(m -> names.add(m.group(1)));
        }
        names.forEach(name -> known(name, tool));
        return names;
    }

    private static void known(String table, ToolManifest tool) {
        if (!DemoStack.TABLES.contains(table)) {
            throw new IllegalArgumentException(
                    "`" + tool.name() + "` names the unknown table `" + table + "`");
        }
    }

    /** {@code crm-get-customer} as part of a logical id: {@code CrmGetCustomer}. */
    private static String id(String slug) {
        var out = new StringBuilder();
        for (var word : slug.split("-", -1)) {
            if (!word.isEmpty()) {
                out.append(DemoStack.capitalized(word));
            }
        }
        return out.toString();
    }
}
