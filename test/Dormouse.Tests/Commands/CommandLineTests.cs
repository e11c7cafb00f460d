using System.Text.Json;
using Dormouse.Commands;
using Dormouse.Testing;

namespace Dormouse.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("db")]
    [InlineData("dbs list")]
    [InlineData("db create")]
    [InlineData("db create a b")]
    [InlineData("db list --unknown")]
    [InlineData("db resize shop")]
    [InlineData("db resize shop --class huge")]
    [InlineData("db create shop --max-class 3")]
    [InlineData("up --max-class Large")]
    [InlineData("up --grow-after 0")]
    [InlineData("db sleep shop --to bed")]
    [InlineData("db execute shop")]
    [InlineData("db execute shop --file a --command b")]
    [InlineData("db attach shop")]
    [InlineData("db attach shop postgres://a@b/c --url-env URL")]
    [InlineData("db attach shop postgres://a@b/c --connections many")]
    [InlineData("db backup")]
    [InlineData("db backup shop --from /there")]
    [InlineData("db restore db_x/1-20260101T000000000Z.dmb")]
    [InlineData("db restore db_x/1-20260101T000000000Z.dmb again --replace shop")]
    [InlineData("db restore db_x/1-20260101T000000000Z.dmb --replace shop --class large")]
    [InlineData("db clone shop")]
    [InlineData("db clone shop twin --class huge")]
    [InlineData("db export shop")]
    [InlineData("db export shop --file a --format paper")]
    [InlineData("db import shop")]
    [InlineData("db push")]
    [InlineData("db push shop schema.prisma")]
    [InlineData("connection create shop")]
    [InlineData("connection rotate con_x --overlap soon")]
    [InlineData("cache")]
    [InlineData("cache invalidate shop")]
    [InlineData("cache invalidate shop --tag a --all")]
    [InlineData("cache stats shop other")]
    [InlineData("up --http 70000")]
    [InlineData("up --http -1")]
    [InlineData("up --http many")]
    [InlineData("up --tcp many")]
    [InlineData("up --tcp 0")]
    [InlineData("up --listen everywhere")]
    [InlineData("up --public-url db.example.com")]
    [InlineData("up --public-url https://db.example.com/path")]
    [InlineData("up --https")]
    [InlineData("up --https many")]
    [InlineData("up --https 70000")]
    [InlineData("up --https 0 --tls-cert a.pem")]
    [InlineData("up --https 0 --tls-key a.pem")]
    [InlineData("up --https 0 --tls-cert a.pem --tls-key a.pem --tls-name db.lan")]
    [InlineData("up --tls-cert a.pem --tls-key a.pem")]
    [InlineData("up --tls-name db.lan")]
    [InlineData("up --https 0 --tls-name no_name!")]
    [InlineData("connection create shop --name web --https")]
    [InlineData("connection rotate con_x --https")]
    [InlineData("up --requests-per-key -1")]
    [InlineData("up --requests-per-key many")]
    [InlineData("up --requests-per-key 20000000")]
    [InlineData("up --in-flight-per-database 5000")]
    [InlineData("up --failed-keys 0")]
    [InlineData("up --max-body 1000")]
    [InlineData("up --trust-proxy nearby")]
    [InlineData("up --otlp-endpoint localhost:4318")]
    [InlineData("up --otlp-endpoint https://user:secret@example.com")]
    [InlineData("up --otlp-endpoint http://localhost:4318?key=1")]
    [InlineData("up --otlp-ratio 0.5")]
    [InlineData("up --otlp-headers headers.txt")]
    [InlineData("up --otlp-endpoint http://localhost:4318 --otlp-ratio 1.5")]
    [InlineData("up --otlp-endpoint http://localhost:4318 --otlp-ratio half")]
    [InlineData("up --otlp-endpoint http://localhost:4318 --otlp-max-per-second -1")]
    [InlineData("up --otlp-endpoint http://localhost:4318 --otlp-metrics-every 0.5")]
    [InlineData("up --freeze-after 0")]
    [InlineData("up --cache-memory 7")]
    [InlineData("up --cache-memory -1")]
    [InlineData("up --cache-memory much")]
    [InlineData("up --stale-on-error 0")]
    [InlineData("up --stop-after never")]
    [InlineData("up --zram 63")]
    [InlineData("up --zram much")]
    [InlineData("status --watch often")]
    [InlineData("status --watch 0")]
    [InlineData("service")]
    [InlineData("service install --name two@once")]
    [InlineData("service install --print --http many")]
    [InlineData("service uninstall --print")]
    public async Task Wrong_usage_gives_2_says_what_is_wrong_and_how_to_learn_more(string words)
    {
        (int status, string output, string error) = await RunAsync(words.Split(' '));

        Assert.Equal(2, status);
        Assert.Empty(output);
        Assert.StartsWith("DM1001: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
        Assert.Contains("--help' tells how it is used.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("up --help")]
    [InlineData("db execute --help")]
    [InlineData("db push --help")]
    [InlineData("service install --help")]
    public async Task Help_goes_to_standard_output_and_succeeds(string words)
    {
        (int status, string output, string error) = await RunAsync(words.Split(' '));

        Assert.Equal(0, status);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Fact]
    public async Task What_is_not_for_people_is_not_in_the_help()
    {
        (_, string output, _) = await RunAsync("up", "--help");

        Assert.DoesNotContain("--background", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_is_not_told_secrets_by_variables()
    {
        (int status, string output, string error) = await RunAsync(
            "service install --print --role edge --origin https://db.example.com:4477".Split(' ')
        );

        Assert.Equal(2, status);
        Assert.Empty(output);
        Assert.StartsWith("DM1001: --origin-token-file: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_can_be_looked_at_before_it_is_installed()
    {
        (int status, string output, string error) = await RunAsync("service install --print --data /srv/d --stop-after 60".Split(' '));

        Assert.Equal(0, status);
        Assert.Empty(error);
        Assert.Contains("\"up\" \"--data\" \"/srv/d\" \"--http\" \"4466\" \"--stop-after\" \"60\"\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db list")]
    [InlineData("db show shop --json")]
    [InlineData("db attach shop postgres://a:b@c/d")]
    [InlineData("db create shop --class medium --max-class large")]
    [InlineData("db resize shop --class large")]
    [InlineData("db resize shop --max-class medium")]
    [InlineData("db detach shop")]
    [InlineData("db clone shop twin")]
    [InlineData("db clone shop twin --class medium --max-class large")]
    [InlineData("db restore db_x/1-20260101T000000000Z.dmb again --class large")]
    [InlineData("db export shop --file -")]
    [InlineData("db backup shop --to there")]
    [InlineData("db backup list")]
    [InlineData("db backup list shop --from there")]
    [InlineData("db restore db_x/1-20260101T000000000Z.dmb again")]
    [InlineData("db restore db_x/1-20260101T000000000Z.dmb --replace shop")]
    [InlineData("connection list shop")]
    [InlineData("cache stats")]
    [InlineData("cache invalidate shop --tag a --tag b")]
    [InlineData("status --json")]
    public async Task Without_a_platform_a_command_fails_with_1_and_tells_how_to_start_one(string words)
    {
        using var folder = new TestDataFolder();

        (int status, string output, string error) = await RunAsync([.. words.Split(' '), "--data", folder.Path]);

        Assert.Equal(1, status);
        Assert.Empty(output);
        Assert.StartsWith("DM1010: ", error, StringComparison.Ordinal);
        Assert.Contains("./dormouse up", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_URL_is_read_from_a_variable_that_must_be_there()
    {
        using var folder = new TestDataFolder();

        (int status, _, string error) = await RunAsync("db", "attach", "shop", "--url-env", "DORMOUSE_NOT_SET", "--data", folder.Path);

        Assert.Equal(1, status);
        Assert.StartsWith("DM1040: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_of_a_broken_schema_tells_every_error_with_its_place_and_sends_nothing()
    {
        using var folder = new TestDataFolder();
        string schema = folder.Combine("schema.prisma");
        await File.WriteAllTextAsync(
            schema,
            "datasource db {\n  provider = \"postgresql\"\n}\nmodel A {\n  id Int @id\n  b  Strin\n}\nmodel B {\n  id Int @id @unknown\n}\n",
            TestContext.Current.CancellationToken
        );

        (int status, string output, string error) = await RunAsync("db", "push", "shop", "--schema", schema, "--data", folder.Path);

        // No platform runs here, which would have been the next failure.
        Assert.Equal(1, status);
        Assert.Empty(output);
        Assert.Contains($"-->  {schema}:6:6\n", error, StringComparison.Ordinal);
        Assert.Contains($"-->  {schema}:9:14\n", error, StringComparison.Ordinal);
        Assert.Contains("DM1017: The schema has 2 errors, shown above. Nothing was sent", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_without_a_schema_says_where_it_looked()
    {
        using var folder = new TestDataFolder();

        (int status, _, string error) = await RunAsync("db", "push", "shop", "--schema", folder.Combine("no"), "--data", folder.Path);

        Assert.Equal(1, status);
        Assert.StartsWith("DM1016: There is no schema at '", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_of_a_good_schema_needs_a_platform_and_still_tells_the_warnings()
    {
        using var folder = new TestDataFolder();
        string schema = folder.Combine("schema.prisma");
        await File.WriteAllTextAsync(
            schema,
            "generator client {\n  provider = \"prisma-client-js\"\n  previewFeatures = [\"relationJoins\", \"interactiveTransactions\"]\n}\n"
                + "datasource db {\n  provider = \"postgresql\"\n}\nmodel A {\n  id Int @id\n}\n",
            TestContext.Current.CancellationToken
        );

        (int status, _, string error) = await RunAsync("db", "push", "shop", "--schema", schema, "--data", folder.Path);

        Assert.Equal(1, status);
        Assert.StartsWith("warning: ", error, StringComparison.Ordinal);
        Assert.Contains("DM1010: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_of_a_process_that_is_gone_is_no_platform()
    {
        using var folder = new TestDataFolder();
        string record =
            $$"""{"pid":{{Environment.ProcessId}},"startTicks":1,"http":"http://127.0.0.1:9","startedAt":"2026-01-01T00:00:00Z"}""";
        await File.WriteAllTextAsync(folder.Combine("platform.json"), record, TestContext.Current.CancellationToken);

        (int status, _, string error) = await RunAsync("db", "list", "--data", folder.Path);

        Assert.Equal(1, status);
        Assert.StartsWith("DM1010: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Down_with_nothing_to_stop_is_no_failure()
    {
        using var folder = new TestDataFolder();

        Assert.Equal(0, (await RunAsync("down", "--data", folder.Combine("not-there"))).Status);
        Assert.Equal(0, (await RunAsync("down", "--data", folder.Path)).Status);
    }

    [Fact]
    public async Task A_result_in_json_is_one_document_on_standard_output_and_nothing_else()
    {
        using var folder = new TestDataFolder();

        (int status, string output, string error) = await RunAsync("image", "list", "--json", "--data", folder.Path);

        Assert.Equal(0, status);
        Assert.Empty(error);
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(output).RootElement.ValueKind);
    }

    private static async Task<(int Status, string Output, string Error)> RunAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int status = await CommandLine.RunAsync(words, new Terminal(output, error, IsWatched: false));
        return (status, output.ToString(), error.ToString());
    }
}
