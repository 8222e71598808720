package dev.sluicegate.router.screening;

import static dev.sluicegate.router.screening.Screened.typesIn;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProviderTokenTest {
    /** Written from the documentation of the issuers, not from the table of marks. */
    @ParameterizedTest
    @CsvSource({
        "github_token, ghp_{w36}",
        "github_token, gho_{w36}",
        "github_token, ghu_{w36}",
        "github_token, ghs_{w36}",
        "github_token, ghr_{w76}",
        "github_token, github_pat_{w22}_{w59}",
        "gitlab_token, glpat-{w20}",
        "gitlab_token, glrt-{w20}",
        "gitlab_token, gldt-{w20}",
        "gitlab_token, glptt-{h40}",
        "gitlab_token, glcbt-{w20}",
        "slack_token, xoxb-{d12}-{d13}-{w24}",
        "slack_token, xoxp-{d11}-{d11}-{d12}-{h32}",
        "slack_token, xapp-1-A{u10}-{d13}-{h64}",
        "slack_webhook, https://hooks.slack.com/services/T{u10}/B{u10}/{w24}",
        "stripe_key, sk_live_{w24}",
        "stripe_key, rk_live_{w24}",
        "stripe_key, whsec_{w32}",
        "google_api_key, AIza{w35}",
        "google_oauth_secret, GOCSPX-{w28}",
        "google_oauth_token, ya29.{k60}7",
        "azure_storage_key, DefaultEndpointsProtocol=https;AccountName=a;AccountKey={b86}==;",
        "azure_client_secret, {w3}8Q~{w34}",
        "azure_shared_access_key, Endpoint=sb://a.example/;SharedAccessKey={b43}=",
        "openai_key, sk-proj-{w48}",
        "openai_key, sk-{w20}T3BlbkFJ{w20}",
        "anthropic_key, sk-ant-api03-{w93}AA",
        "huggingface_token, hf_{w34}",
        "npm_token, npm_{w36}",
        "pypi_token, pypi-AgEIcHlwaS5vcmc{w70}",
        "twilio_key, SK{h32}",
        "sendgrid_key, SG.{w22}.{w43}",
        "mailgun_key, key-{h32}",
        "mailchimp_key, {h32}-us14",
        "telegram_bot_token, {d9}:AA{w33}",
        "discord_bot_token, MT{w22}.{w6}.{w38}",
        "webhook_url, https://discord.com/api/webhooks/{d18}/{w68}",
        "shopify_token, shpat_{h32}",
        "shopify_token, shpss_{h32}",
        "square_token, sq0atp-{w22}",
        "digitalocean_token, dop_v1_{h64}",
        "databricks_token, dapi{h32}",
        "vault_token, hvs.{w90}",
        "terraform_token, {w14}.atlasv1.{w67}",
        "docker_token, dckr_pat_{w27}",
        "newrelic_key, NRAK-{u27}",
        "newrelic_key, {h36}NRAL",
        "cloudflare_key, v1.0-{h24}-{h146}",
        "atlassian_token, ATATT3{w180}",
        "bitbucket_password, ATBB{w32}",
        "linear_key, lin_api_{w40}",
        "notion_token, ntn_{d11}{w35}",
        "figma_token, figd_{w40}",
        "postman_key, PMAK-{h24}-{h34}",
        "doppler_token, dp.pt.{w43}",
        "supabase_key, sbp_{h40}",
        "planetscale_token, pscale_tkn_{w43}",
        "grafana_token, glsa_{w32}_{h8}",
        "sentry_token, sntryu_{h64}",
        "easypost_key, EZAK{w54}",
        "circleci_token, CCIPAT_{w22}_{h40}",
        "tailscale_key, tskey-auth-{w12}-{w24}",
        "groq_key, gsk_{w52}",
        "aws_bedrock_key, ABSK{b109}",
        "password_hash, $2b$12${w53}",
        "heroku_key, HRKU-{h8}-{h4}-{h4}-{h4}-{h12}"
    })
    void theTokenOfAnIssuerIsFoundWithoutAName(String type, String template) {
        var token = Template.filled(template);

        assertThat(typesIn(token)).as(type).containsExactly(type);
        assertThat(typesIn("see (" + token + "), please")).as(type).containsExactly(type);
        assertThat(typesIn("x = \"" + token + "\"\\nnext")).as(type).containsExactly(type);
    }

    @ParameterizedTest
    @CsvSource({
        "ghp_{w20}",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "glpat-your-access-token",
        "xoxb-your-bot-token-goes-here",
        "sk_live_short",
        "sk-learn-pipelines-and-their-parameters",
        "pk_test_{w24}",
        "AIza{w20}",
        "AIza{w50}",
        "hf_transfer_is_a_python_package",
        "npm_config_registry_is_a_setting_of_npm",
        "task-{h32}x",
        "SK-1234",
        "SG.short.one",
        "key-{h20}",
        "dapi-{h8}",
        "hvs.abc",
        "key-value-store-is-not-a-mailgun-key",
        "re_evaluate_the_expression_and_return",
        "live_reload_of_the_page_when_files_change",
        "t1.micro",
        "pat.example",
        "v1.0-beta",
        "secret_santa_is_a_game_that_people_play"
    })
    void whatOnlyStartsLikeATokenIsNone(String template) {
        var text = Template.filled(template);

        assertThat(typesIn("see " + text + " there")).as(text).isEmpty();
    }

    static Stream<ProviderToken.Mark> marks() {
        return ProviderToken.MARKS.stream();
    }

    @ParameterizedTest
    @MethodSource("marks")
    void aMarkAloneOrInsideOfAWordIsNothing(ProviderToken.Mark mark) {
        assertThat(typesIn("see " + mark.text() + " there")).isEmpty();
        assertThat(typesIn("see " + mark.text() + "xxxxxxxx there")).isEmpty();
        assertThat(typesIn("see " + mark.text() + "your_token_here there")).isEmpty();
    }

    @Test
    void typesAreWordsThatATagMayHold() {
        assertThat(ProviderToken.types())
                .hasSizeGreaterThan(40)
                .allMatch(type -> type.matches("[a-z_]{3,32}"));
    }
}
