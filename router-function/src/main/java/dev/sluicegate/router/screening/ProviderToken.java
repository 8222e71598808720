package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys and tokens whose issuer marks them: the mark is the anchor, behind it stand so many characters of
 * one alphabet. The marks are what the issuers document for secret scanning.
 */
final class ProviderToken implements Detector {
    private static final int ANY = 512;
    private static final int LONG = 60;

    /** Inside of the older keys of OpenAI, whose beginning others use, too. */
    private static final String OPENAI = "T3BlbkFJ";

    private static final int MANY_DIGITS = 8;

    /** Of the sentence or the address around. */
    private static final String PUNCTUATION = ".-:?!&";

    /**
     * @param least characters behind the mark
     * @param most characters behind the mark; longer runs are something else
     */
    record Mark(String type, String text, Alphabet alphabet, int least, int most) {}

    static final List<Mark> MARKS = marks();
    private static final Map<String, List<Mark>> BY_KEYWORD = byKeyword();

    private static List<Mark> marks() {
        var all = new ArrayList<Mark>();
        add(all, "aws_bedrock_key", Alphabet.BASE64_PADDED, 60, ANY, "ABSK");
        add(all, "aws_bedrock_key", Alphabet.BASE64_PADDED, 60, ANY, "bedrock-api-key-");
        add(all, "alibaba_key", Alphabet.ALPHANUMERIC, 16, 26, "LTAI");
        add(all, "github_token", Alphabet.WORD, 34, ANY, "ghp_", "gho_", "ghu_", "ghs_", "ghr_");
        add(all, "github_token", Alphabet.WORD, 40, ANY, "github_pat_");
        add(
                all,
                "gitlab_token",
                Alphabet.IDENTIFIER,
                18,
                ANY,
                "glpat-",
                "gldt-",
                "glrt-",
                "glrtr-",
                "glcbt-",
                "glptt-",
                "glft-",
                "glffct-",
                "glsoat-",
                "glimt-",
                "glagent-",
                "gloas-",
                "glwt-",
                "GR1348941",
                "_gitlab_session=");
        add(
                all,
                "slack_token",
                Alphabet.BASE64_URL_PATH,
                20,
                ANY,
                "xoxb-",
                "xoxp-",
                "xoxa-",
                "xoxr-",
                "xoxs-",
                "xoxo-",
                "xoxc-",
                "xoxd-",
                "xoxe.",
                "xoxe-",
                "xapp-",
                "xwfp-");
        add(
                all,
                "slack_webhook",
                Alphabet.BASE64_URL_PATH,
                30,
                ANY,
                "hooks.slack.com/services/",
                "hooks.slack.com/workflows/",
                "hooks.slack.com/triggers/");
        add(
                all,
                "webhook_url",
                Alphabet.URL,
                16,
                ANY,
                "hooks.zapier.com/hooks/catch/",
                "discord.com/api/webhooks/",
                "discordapp.com/api/webhooks/",
                "webhook.office.com/webhookb2/",
                "outlook.office.com/webhook/",
                "hooks.airtable.com/workflows/",
                "hook.us1.make.com/",
                "hook.eu1.make.com/",
                "maker.ifttt.com/trigger/");
        add(
                all,
                "stripe_key",
                Alphabet.WORD,
                16,
                ANY,
                "sk_live_",
                "sk_test_",
                "rk_live_",
                "rk_test_",
                "sk_org_live_",
                "sk_org_test_",
                "sk_prod_",
                "rk_prod_");
        add(all, "stripe_key", Alphabet.BASE64_PADDED, 24, ANY, "whsec_");
        add(all, "google_api_key", Alphabet.BASE64_URL, 35, 35, "AIza");
        add(all, "google_oauth_secret", Alphabet.BASE64_URL, 20, ANY, "GOCSPX-");
        add(all, "google_oauth_token", Alphabet.IDENTIFIER, 20, 2_048, "ya29.");
        add(all, "google_oauth_token", Alphabet.BASE64_URL, 40, ANY, "1//0");
        add(
                all,
                "openai_key",
                Alphabet.BASE64_URL,
                20,
                ANY,
                "sk-proj-",
                "sk-svcacct-",
                "sk-admin-",
                "sk-None-");
        add(all, "anthropic_key", Alphabet.BASE64_URL, 24, ANY, "sk-ant-");
        add(all, "openrouter_key", Alphabet.HEX, 40, ANY, "sk-or-v1-");
        add(all, "model_api_key", Alphabet.BASE64_URL, 32, ANY, "sk-");
        add(all, "langfuse_key", Alphabet.BASE64_URL, 30, ANY, "sk-lf-");
        add(all, "elevenlabs_key", Alphabet.HEX, 40, ANY, "sk_");
        add(all, "groq_key", Alphabet.ALPHANUMERIC, 30, ANY, "gsk_");
        add(all, "xai_key", Alphabet.WORD, 60, ANY, "xai-");
        add(all, "perplexity_key", Alphabet.ALPHANUMERIC, 40, ANY, "pplx-");
        add(all, "huggingface_token", Alphabet.ALPHANUMERIC, 30, 64, "hf_", "api_org_");
        add(all, "replicate_token", Alphabet.ALPHANUMERIC, 36, 40, "r8_");
        add(all, "nvidia_key", Alphabet.BASE64_URL, 50, ANY, "nvapi-");
        add(all, "fireworks_key", Alphabet.ALPHANUMERIC, 22, 40, "fw_");
        add(all, "together_key", Alphabet.BASE64_URL, 40, ANY, "tgp_v1_");
        add(all, "jina_key", Alphabet.WORD, 50, ANY, "jina_");
        add(all, "pinecone_key", Alphabet.WORD, 40, ANY, "pcsk_");
        add(all, "langchain_key", Alphabet.WORD, 36, ANY, "lsv2_pt_", "lsv2_sk_");
        add(all, "tavily_key", Alphabet.KEY, 30, ANY, "tvly-");
        add(all, "firecrawl_key", Alphabet.HEX, 32, 32, "fc-");
        add(all, "wandb_key", Alphabet.WORD, 40, ANY, "wandb_v1_");
        add(all, "npm_token", Alphabet.ALPHANUMERIC, 36, 40, "npm_");
        add(all, "pypi_token", Alphabet.BASE64_URL, 50, ANY, "pypi-AgE");
        add(all, "rubygems_key", Alphabet.HEX, 48, 48, "rubygems_");
        add(all, "nuget_key", Alphabet.ALPHANUMERIC, 43, 43, "oy2");
        add(all, "clojars_token", Alphabet.ALPHANUMERIC, 60, 60, "CLOJARS_");
        add(all, "crates_token", Alphabet.ALPHANUMERIC, 32, 32, "cio");
        add(all, "docker_token", Alphabet.KEY, 20, 64, "dckr_pat_", "dckr_oat_");
        add(all, "digitalocean_token", Alphabet.HEX, 64, 64, "dop_v1_", "doo_v1_", "dor_v1_");
        add(all, "twilio_key", Alphabet.HEX, 32, 32, "SK");
        add(all, "sendgrid_key", Alphabet.IDENTIFIER, 40, 90, "SG.");
        add(all, "mailgun_key", Alphabet.HEX, 32, 32, "key-", "pubkey-");
        add(all, "brevo_key", Alphabet.KEY, 64, ANY, "xkeysib-", "xsmtpsib-");
        add(all, "resend_key", Alphabet.WORD, 26, 48, "re_");
        add(
                all,
                "shopify_token",
                Alphabet.ALPHANUMERIC,
                32,
                40,
                "shpat_",
                "shpca_",
                "shppa_",
                "shpss_",
                "shpua_");
        add(
                all,
                "square_token",
                Alphabet.KEY,
                22,
                70,
                "sq0atp-",
                "sq0csp-",
                "sandbox-sq0csb-",
                "EAAA");
        add(all, "facebook_token", Alphabet.ALPHANUMERIC, 80, ANY, "EAA");
        add(all, "facebook_token", Alphabet.ALPHANUMERIC, 20, ANY, "EAACEdEose0cBA");
        add(all, "heroku_key", Alphabet.KEY, 36, 80, "HRKU-");
        add(all, "databricks_token", Alphabet.HEX_AND_DASH, 32, 34, "dapi");
        add(all, "vault_token", Alphabet.KEY, 24, ANY, "hvs.", "hvb.", "hvr.");
        add(
                all,
                "newrelic_key",
                Alphabet.KEY,
                19,
                64,
                "NRAK-",
                "NRII-",
                "NRAA-",
                "NRIQ-",
                "NRRA-",
                "NRSP-",
                "NRJS-");
        add(all, "newrelic_key", Alphabet.KEY, 36, 36, "px-api-", "px-dep-");
        add(all, "datadog_key", Alphabet.ALPHANUMERIC, 30, 64, "ddapp_", "ddapi_", "ddpat_");
        add(all, "cloudflare_key", Alphabet.HEX_AND_DASH, 100, 200, "v1.0-");
        add(all, "cloudflare_key", Alphabet.WORD, 36, 60, "cfut_", "cfat_", "cfk_");
        add(
                all,
                "atlassian_token",
                Alphabet.TOKEN,
                60,
                ANY,
                "ATATT3",
                "ATCTT3",
                "ATSTT3",
                "ATOTT3");
        add(all, "bitbucket_password", Alphabet.ALPHANUMERIC, 28, 40, "ATBB");
        add(all, "linear_key", Alphabet.ALPHANUMERIC, 30, 64, "lin_api_", "lin_oauth_", "lin_wh_");
        add(all, "notion_token", Alphabet.ALPHANUMERIC, 40, 50, "ntn_");
        add(all, "notion_token", Alphabet.ALPHANUMERIC, 43, 43, "secret_");
        add(all, "figma_token", Alphabet.KEY, 36, 80, "figd_", "figo_", "figr_", "figu_", "figur_");
        add(all, "postman_key", Alphabet.KEY, 50, 80, "PMAK-");
        add(
                all,
                "doppler_token",
                Alphabet.IDENTIFIER,
                40,
                80,
                "dp.ct.",
                "dp.pt.",
                "dp.st.",
                "dp.sa.",
                "dp.scim.",
                "dp.audit.",
                "dp.said.");
        add(all, "supabase_key", Alphabet.WORD, 36, 64, "sbp_", "sb_secret_");
        add(
                all,
                "planetscale_token",
                Alphabet.BASE64_URL_PADDED,
                30,
                80,
                "pscale_tkn_",
                "pscale_pw_",
                "pscale_oauth_");
        add(all, "grafana_token", Alphabet.BASE64_URL_PADDED, 32, ANY, "glc_", "glsa_", "eyJrIjoi");
        add(all, "sentry_token", Alphabet.BASE64_URL_PADDED, 64, ANY, "sntrys_");
        add(all, "sentry_token", Alphabet.HEX, 64, 64, "sntryu_", "sntrya_", "sntryi_");
        add(
                all,
                "sourcegraph_token",
                Alphabet.HEX,
                40,
                64,
                "sgp_",
                "sgp_local_",
                "slk_",
                "sgd_",
                "sgph_",
                "sgph_local_");
        add(all, "sourcegraph_token", Alphabet.WORD, 56, 64, "sgp_");
        add(all, "pulumi_token", Alphabet.HEX, 40, 40, "pul-");
        add(all, "prefect_token", Alphabet.ALPHANUMERIC, 36, 40, "pnu_", "pnb_");
        add(all, "readme_key", Alphabet.ALPHANUMERIC, 60, 80, "rdme_");
        add(all, "easypost_key", Alphabet.ALPHANUMERIC, 54, 54, "EZAK", "EZTK");
        add(
                all,
                "flutterwave_key",
                Alphabet.KEY,
                12,
                64,
                "FLWSECK_TEST-",
                "FLWSECK-",
                "FLWPUBK_TEST-",
                "FLWPUBK-");
        add(all, "frameio_token", Alphabet.BASE64_URL_PADDED, 64, 64, "fio-u-");
        add(all, "dynatrace_token", Alphabet.IDENTIFIER, 80, 100, "dt0c01.", "dt0s01.");
        add(
                all,
                "duffel_token",
                Alphabet.BASE64_URL_PADDED,
                40,
                60,
                "duffel_test_",
                "duffel_live_");
        add(all, "fly_token", Alphabet.TOKEN, 80, ANY, "fm1r_", "fm2_", "FlyV1 ");
        add(all, "artifactory_key", Alphabet.ALPHANUMERIC, 69, 69, "AKCp");
        add(all, "artifactory_key", Alphabet.ALPHANUMERIC, 59, 59, "cmVmd");
        add(all, "adafruit_key", Alphabet.ALPHANUMERIC, 24, 32, "aio_");
        add(all, "adobe_secret", Alphabet.HEX, 32, 32, "p8e-");
        add(all, "circleci_token", Alphabet.WORD, 40, 80, "CCIPAT_", "CCIPRJ_");
        add(all, "buildkite_token", Alphabet.ALPHANUMERIC, 36, 64, "bkua_", "bkaj_");
        add(all, "clickup_token", Alphabet.WORD, 36, 50, "pk_");
        add(all, "infracost_key", Alphabet.ALPHANUMERIC, 32, 32, "ico-");
        add(all, "intra_secret", Alphabet.HEX, 64, 64, "s-s4t2ud-", "s-s4t2af-");
        add(all, "harness_key", Alphabet.IDENTIFIER, 60, 80, "pat.", "sat.");
        add(all, "lob_key", Alphabet.WORD, 35, 40, "live_", "test_");
        add(all, "lob_key", Alphabet.HEX, 28, 40, "live_pub_", "test_pub_");
        add(all, "gocardless_token", Alphabet.BASE64_URL_PADDED, 40, 40, "live_");
        add(all, "twitch_stream_key", Alphabet.WORD, 36, 48, "live_");
        add(all, "mapbox_token", Alphabet.IDENTIFIER, 80, 160, "pk.", "sk.", "tk.");
        add(all, "octopus_key", Alphabet.UPPER_AND_DIGITS, 26, 26, "API-");
        add(all, "openshift_token", Alphabet.BASE64_URL, 43, 43, "sha256~");
        add(
                all,
                "plaid_token",
                Alphabet.HEX_AND_DASH,
                36,
                36,
                "access-sandbox-",
                "access-development-",
                "access-production-");
        add(
                all,
                "settlemint_token",
                Alphabet.ALPHANUMERIC,
                16,
                16,
                "sm_aat_",
                "sm_pat_",
                "sm_sat_");
        add(all, "shippo_token", Alphabet.HEX, 40, 40, "shippo_live_", "shippo_test_");
        add(all, "scalingo_token", Alphabet.KEY, 48, 60, "tk-us-");
        add(
                all,
                "tailscale_key",
                Alphabet.KEY,
                12,
                100,
                "tskey-api-",
                "tskey-auth-",
                "tskey-client-",
                "tskey-scim-",
                "tskey-webhook-",
                "tskey-secret-");
        add(all, "typeform_token", Alphabet.IDENTIFIER, 40, 64, "tfp_");
        add(
                all,
                "vercel_token",
                Alphabet.ALPHANUMERIC,
                24,
                80,
                "vcp_",
                "vci_",
                "vca_",
                "vcr_",
                "vck_");
        add(all, "yandex_token", Alphabet.TOKEN, 80, 220, "t1.");
        add(all, "yandex_token", Alphabet.KEY, 50, 64, "y0_");
        add(all, "yandex_token", Alphabet.KEY, 35, 38, "AQVN", "YC");
        add(all, "stackhawk_key", Alphabet.IDENTIFIER, 36, 60, "hawk.");
        add(all, "contentful_token", Alphabet.KEY, 40, 50, "CFPAT-");
        add(all, "posthog_key", Alphabet.KEY, 36, 60, "phx_", "phc_");
        add(all, "netlify_token", Alphabet.ALPHANUMERIC, 36, 48, "nfp_");
        add(all, "render_key", Alphabet.ALPHANUMERIC, 24, 40, "rnd_");
        add(all, "neon_key", Alphabet.ALPHANUMERIC, 60, 70, "napi_");
        add(all, "workos_key", Alphabet.WORD, 30, 200, "waka_");
        add(all, "hubspot_token", Alphabet.KEY, 36, 60, "pat-na1-", "pat-eu1-");
        add(all, "polar_token", Alphabet.WORD, 36, 60, "polar_oat_", "polar_pat_");
        add(all, "trigger_key", Alphabet.ALPHANUMERIC, 20, 40, "tr_dev_", "tr_prod_");
        add(all, "onepassword_token", Alphabet.TOKEN, 200, 4_096, "ops_eyJ");
        add(all, "dropbox_token", Alphabet.BASE64_URL_PADDED, 60, 2_048, "sl.");
        add(all, "storecove_key", Alphabet.ALPHANUMERIC, 36, 60, "storecove_");
        add(all, "ubidots_token", Alphabet.ALPHANUMERIC, 30, 40, "BBFF-");
        add(all, "airtable_token", Alphabet.IDENTIFIER, 79, 79, "pat");
        add(all, "zuplo_key", Alphabet.WORD, 30, 80, "zpka_");
        add(all, "leadfeeder_key", Alphabet.KEY, 36, 60, "leadfeeder-");
        add(all, "daytona_key", Alphabet.HEX, 64, 64, "dtn_");
        add(all, "kubernetes_token", Alphabet.LOWER_AND_DIGITS, 16, 16, "bootstrap-token-");
        add(all, "azure_devops_token", Alphabet.ALPHANUMERIC, 60, 100, "azdp_");
        add(all, "cohere_key", Alphabet.ALPHANUMERIC, 40, 48, "co_");
        add(all, "unkey_key", Alphabet.WORD, 20, 48, "unkey_");
        add(all, "age_key", Alphabet.UPPER_AND_DIGITS, 50, 64, "AGE-PLUGIN-");
        add(all, "azure_storage_key", Alphabet.BASE64_PADDED, 44, 88, "AccountKey=");
        add(all, "azure_shared_access_key", Alphabet.BASE64_PADDED, 40, 88, "SharedAccessKey=");
        add(all, "azure_sas_signature", Alphabet.TOKEN, 40, 100, "sig=");
        return List.copyOf(all);
    }

    private static void add(
            List<Mark> all, String type, Alphabet alphabet, int least, int most, String... marks) {
        for (var mark : marks) {
            all.add(new Mark(type, mark, alphabet, least, most));
        }
    }

    /** For each keyword the marks that begin with it, the longest first: it says the most. */
    private static Map<String, List<Mark>> byKeyword() {
        var map = new TreeMap<String, List<Mark>>();
        for (var mark : MARKS) {
            var keyword = mark.text().toLowerCase(Locale.ROOT);
            map.computeIfAbsent(
                    keyword,
                    k ->
                            MARKS.stream()
                                    .filter(m -> m.text().toLowerCase(Locale.ROOT).startsWith(k))
                                    .sorted(
                                            Comparator.comparingInt((Mark m) -> m.text().length())
                                                    .reversed())
                                    .toList());
        }
        return new HashMap<>(map);
    }

    /** All types that the marks give. */
    static List<String> types() {
        return MARKS.stream().map(Mark::type).distinct().toList();
    }

    @Override
    public List<String> keywords() {
        return BY_KEYWORD.keySet().stream().sorted().toList();
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        if (!leaf.startsToken(start) || leaf.charAt(start - 1) == '-') {
            return null;
        }
        var marks =
                BY_KEYWORD.getOrDefault(
                        leaf.text().substring(start, end).toLowerCase(Locale.ROOT), List.of());
        for (var mark : marks) {
            var value = start + mark.text().length();
            var to = leaf.holds(start, mark.text()) ? end(leaf, mark, value) : -1;
            if (to >= 0) {
                var token = leaf.text().substring(start, to);
                var type = token.contains(OPENAI) ? "openai_key" : mark.type();
                return new Span(start, to, type, Label.CREDENTIAL, token);
            }
        }
        return null;
    }

    /** End of the token behind its mark, or -1. */
    private static int end(Leaf leaf, Mark mark, int start) {
        var to = leaf.runEnd(start, mark.alphabet(), mark.most() + 1);
        if (to - start > mark.most() && mark.most() < ANY) {
            return -1;
        }
        while (to > start + mark.least() && PUNCTUATION.indexOf(leaf.charAt(to - 1)) >= 0) {
            to--;
        }
        if (to - start < mark.least()
                || (mark.most() < ANY && Leaf.isAlphanumeric(leaf.charAt(to)))
                || !isDrawn(Shape.of(leaf, start, to))) {
            return -1;
        }
        // INVARIANT: read to its end only what is returned
        return to - start < ANY ? to : leaf.runEnd(to, mark.alphabet(), Integer.MAX_VALUE);
    }

    /** Whether it is no name in a program, and no place that somebody will fill in. */
    private static boolean isDrawn(Shape shape) {
        if (shape.isPlaceholder()) {
            return false;
        }
        return shape.words() < shape.parts()
                || shape.digits() >= MANY_DIGITS
                || shape.length() >= LONG
                || shape.isScrambled(20);
    }
}
