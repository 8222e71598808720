package dev.sluicegate.infra;

import dev.sluicegate.contract.Product;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.constructs.Node;

/**
 * What a deployment chooses, from the context of the CDK app ({@code -c key=value}, {@code cdk.json}).
 *
 * @param stage part of every physical name, {@code stage}, default {@code dev}
 * @param environment {@code dev} or {@code prod}: the value of the {@code env} tag; {@code environment},
 *     default {@code prod} for the stage of that name
 * @param zone IANA zone of day and hour conditions, {@code zone}
 * @param contactData what happens to mail addresses, telephone numbers and network addresses of people in
 *     results: {@code pass}, {@code label} or {@code remove}; {@code contactData}
 * @param stsIssuer URL of the gateway's own OIDC provider, a literal because it is part of condition keys;
 *     {@code stsIssuer}
 * @param publicUrl the MCP resource URI, {@code publicUrl}
 * @param issuers JSON array of trusted token issuers, {@code issuers}
 * @param rateLimits how often one principal may call, as the router reads it; empty for its own default;
 *     {@code rateLimits}
 * @param decisionService another service that has to agree to what policies permit
 * @param routerConcurrency requests that the router has at once; 0 reserves nothing, for accounts that have
 *     nothing to reserve from; {@code routerConcurrency}
 * @param root folder of the repository, {@code root}
 * @param assets whether functions carry their code; without it a template is for reading only; {@code assets}
 */
record Settings(
        String stage,
        String environment,
        String zone,
        String contactData,
        String stsIssuer,
        String publicUrl,
        String issuers,
        String rateLimits,
        DecisionService decisionService,
        int routerConcurrency,
        Path root,
        boolean assets) {

    /** Records of a development stage can be removed the next day. */
    private static final int DEV_RETENTION_DAYS = 1;

    /** A year and a month: what an auditor asks for, and the whole of the year's log. */
    private static final int PROD_RETENTION_DAYS = 400;

    /** Twice what the edge lets through in a second at 60 ms a call, and a bound on what a flood costs. */
    private static final String ROUTER_CONCURRENCY = "100";

    Settings {
        if (routerConcurrency < 0) {
            throw new IllegalArgumentException("routerConcurrency is negative");
        }
        if (!stage.matches("[a-z][a-z0-9]{0,11}")) {
            throw new IllegalArgumentException(
                    "stage `" + stage + "` is not 1 to 12 lower case letters and digits");
        }
        if (!environment.equals("dev") && !environment.equals("prod")) {
            throw new IllegalArgumentException(
                    "environment `" + environment + "` is neither dev nor prod");
        }
        if (!List.of("pass", "label", "remove").contains(contactData)) {
            throw new IllegalArgumentException(
                    "contactData `" + contactData + "` is none of pass, label, remove");
        }
        if (!stsIssuer.matches("https://[a-z0-9.-]+(/[A-Za-z0-9._/-]*[A-Za-z0-9_-])?")) {
            throw new IllegalArgumentException(
                    "stsIssuer `" + stsIssuer + "` is not an https URL without query");
        }
    }

    static Settings from(Node node) {
        var stage = text(node, "stage", "dev");
        var domain = Product.NAME + ".internal";
        return new Settings(
                stage,
                text(node, "environment", stage.equals("prod") ? "prod" : "dev"),
                text(node, "zone", "UTC"),
                text(node, "contactData", "pass"),
                text(node, "stsIssuer", "https://issuer." + domain),
                text(node, "publicUrl", "https://gateway." + domain + "/mcp"),
                text(
                        node,
                        "issuers",
                        "[{\"issuer\":\"https://idp." + domain + "\",\"tenant\":\"demo\"}]"),
                text(node, "rateLimits", ""),
                DecisionService.from(node),
                Integer.parseInt(text(node, "routerConcurrency", ROUTER_CONCURRENCY)),
                Path.of(text(node, "root", "..")),
                !text(node, "assets", "true").equals("false"));
    }

    /**
     * A decision service outside, in the terms of the router, which checks them again.
     *
     * @param url of the decision, https; empty: none is asked; {@code decisionUrl}
     * @param timeoutMs of the whole exchange, after which the call is denied; {@code decisionTimeoutMs}
     */
    record DecisionService(String url, int timeoutMs) {
        static final DecisionService NONE = new DecisionService("", 500);

        /** The router's own bound: beside a tool's 20 s and our records it fits into the router's 28. */
        private static final int LONGEST_MS = 5_000;

        DecisionService {
            if (!url.isEmpty() && !plainHttps(url)) {
                throw new IllegalArgumentException(
                        "decisionUrl is not an https URL without user and fragment");
            }
            if (timeoutMs < 1 || timeoutMs > LONGEST_MS) {
                throw new IllegalArgumentException(
                        "decisionTimeoutMs `" + timeoutMs + "` is not between 1 and " + LONGEST_MS);
            }
        }

        static DecisionService from(Node node) {
            var timeout = text(node, "decisionTimeoutMs", Integer.toString(NONE.timeoutMs));
            try {
                return new DecisionService(
                        text(node, "decisionUrl", NONE.url).strip(), Integer.parseInt(timeout));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "decisionTimeoutMs `" + timeout + "` is no number", e);
            }
        }

        private static boolean plainHttps(String url) {
            try {
                var parsed = URI.create(url);
                return "https".equals(parsed.getScheme())
                        && parsed.getHost() != null
                        && parsed.getRawUserInfo() == null
                        && parsed.getRawFragment() == null;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    private static String text(Node node, String key, String fallback) {
        @Nullable Object value = node.tryGetContext(key);
        return value == null ? fallback : value.toString();
    }

    boolean production() {
        return environment.equals("prod");
    }

    int retentionDays() {
        return production() ? PROD_RETENTION_DAYS : DEV_RETENTION_DAYS;
    }

    /** What the archiver asks for with each object: nobody shortens it, in development either. */
    String lockMode() {
        return "COMPLIANCE";
    }

    /** What the bucket gives to an object that asks for nothing. */
    String defaultLockMode() {
        return production() ? "COMPLIANCE" : "GOVERNANCE";
    }

    /** What the logs of this stage are called; the origin of each is this and its year. */
    String logName() {
        return Product.NAME + "-" + stage + "/audit";
    }

    /** Prefix of IAM condition keys of tokens by our issuer. */
    String issuerConditionPrefix() {
        return stsIssuer.substring("https://".length());
    }

    /** Physical name of {@code what} in this stage. */
    String name(String what) {
        var name = Product.resource(stage, what);
        if (name.length() > 64) {
            throw new IllegalArgumentException(
                    "name `" + name + "` has more than the 64 characters of a role or function");
        }
        return name;
    }

    /** {@code crm___get_customer} as part of a physical name: {@code crm-get-customer}. */
    static String slug(String tool) {
        return tool.replace("___", "-")
                .replace('_', '-')
                .replace('.', '-')
                .toLowerCase(Locale.ROOT);
    }
}
