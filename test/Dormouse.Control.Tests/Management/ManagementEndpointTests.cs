using System.Text.Json;
using Dormouse.Contracts;
using Dormouse.Control.Tests.Support;

namespace Dormouse.Control.Tests.Management;

public sealed class ManagementEndpointTests
{
    private const string Databases = "/management/databases";

    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("an admin token of a tesT")]
    public async Task Without_the_admin_token_nothing_is_told_and_nothing_done(string token)
    {
        await using ManagementServer server = await ManagementServer.StartAsync();

        (int status, JsonElement body) = await server.SendAsync(HttpMethod.Post, "/management/stop", "{}", token);

        Assert.Equal(401, status);
        Assert.Equal("DM2030", Code(body));
        Assert.False(server.StopWasAsked);
        Assert.Equal(401, (await server.SendAsync(HttpMethod.Get, Databases, null, token)).Status);
    }

    [Fact]
    public async Task A_database_is_made_shown_and_deleted_and_only_the_answer_to_its_making_holds_a_key()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();

        (int status, JsonElement made) = await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop"}""");

        Assert.Equal(201, status);
        Assert.StartsWith(
            "prisma+postgres://localhost:4466/?api_key=dm_1_",
            made.GetProperty("urls").GetProperty("prisma").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal("default", made.GetProperty("connection").GetProperty("name").GetString());
        (status, JsonElement shown) = await server.SendAsync(HttpMethod.Get, Databases + "/Shop");
        Assert.Equal(200, status);
        Assert.Equal("running", shown.GetProperty("state").GetString());
        Assert.False(shown.TryGetProperty("urls", out _));
        Assert.Equal(1, (await server.SendAsync(HttpMethod.Get, Databases)).Body.GetArrayLength());
        Assert.Equal(204, (await server.SendAsync(HttpMethod.Delete, Databases + "/shop")).Status);
        Assert.Equal(404, (await server.SendAsync(HttpMethod.Get, Databases + "/shop")).Status);
    }

    [Theory]
    [InlineData("""{"name":""", 400, "DM2032")]
    [InlineData("null", 400, "DM2032")]
    [InlineData("[]", 400, "DM2032")]
    [InlineData("{}", 400, "DM2011")]
    [InlineData("""{"name":"a b"}""", 400, "DM2011")]
    [InlineData("""{"name":"shop","class":"huge"}""", 400, "DM2033")]
    [InlineData("""{"name":"shop","class":"large","maxClass":"small"}""", 400, "DM2033")]
    public async Task A_request_that_is_wrong_is_told_what_is_wrong(string body, int expectedStatus, string expectedCode)
    {
        await using ManagementServer server = await ManagementServer.StartAsync();

        (int status, JsonElement answer) = await server.SendAsync(HttpMethod.Post, Databases, body);

        Assert.Equal(expectedStatus, status);
        Assert.Equal(expectedCode, Code(answer));
        Assert.NotEmpty(answer.GetProperty("error").GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task A_database_is_resized_and_its_class_is_shown_and_counted()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop","class":"medium"}""");

        (int status, JsonElement resized) = await server.SendAsync(HttpMethod.Post, Databases + "/shop/resize", """{"class":"large"}""");

        Assert.Equal(200, status);
        Assert.Equal("""{"now":"large","least":"large","most":"large","started":"medium"}""", resized.GetProperty("class").GetRawText());
        JsonElement counted = (await server.SendAsync(HttpMethod.Get, "/management/status")).Body.GetProperty("classes");
        Assert.Equal("""{"large":1}""", counted.GetRawText());
        Assert.Equal("DM2032", Code((await server.SendAsync(HttpMethod.Post, Databases + "/shop/resize", "{}")).Body));
        Assert.Equal(
            "DM2033",
            Code((await server.SendAsync(HttpMethod.Post, Databases + "/shop/resize", """{"maxClass":"small"}""")).Body)
        );
    }

    [Fact]
    public async Task A_body_beyond_the_bound_is_refused()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();

        (int status, JsonElement answer) = await server.SendAsync(
            HttpMethod.Post,
            Databases,
            $$"""{"name":"{{new string('a', 70_000)}}"}"""
        );

        Assert.Equal(400, status);
        Assert.Equal("DM2031", Code(answer));
    }

    [Fact]
    public async Task A_key_is_rotated_and_the_answer_shows_when_the_old_one_ends()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop"}""");
        (int status, JsonElement made) = await server.SendAsync(HttpMethod.Post, Databases + "/shop/connections", """{"name":"web"}""");
        Assert.Equal(201, status);
        string path = "/management/connections/" + made.GetProperty("id").GetString();

        (status, JsonElement rotated) = await server.SendAsync(HttpMethod.Post, path + "/rotate", """{"overlapSeconds":60}""");

        Assert.Equal(200, status);
        Assert.NotEqual(made.GetProperty("apiKey").GetString(), rotated.GetProperty("apiKey").GetString());
        Assert.Equal(2, rotated.GetProperty("keys").GetArrayLength());
        Assert.Single(rotated.GetProperty("keys").EnumerateArray(), key => key.TryGetProperty("expiresAt", out _));
        (status, JsonElement wrong) = await server.SendAsync(HttpMethod.Post, path + "/rotate", """{"overlapSeconds":-1}""");
        Assert.Equal((400, "DM2025"), (status, Code(wrong)));
        Assert.Equal(204, (await server.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.Equal(404, (await server.SendAsync(HttpMethod.Get, path)).Status);
        Assert.Equal(400, (await server.SendAsync(HttpMethod.Get, "/management/connections/web")).Status);
    }

    [Fact]
    public async Task A_script_that_fails_answers_with_its_place_and_one_that_works_with_its_last_command()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop"}""");

        (int status, JsonElement failed) = await server.SendAsync(HttpMethod.Post, Databases + "/shop/execute", """{"sql":"selec 1"}""");
        Assert.Equal((422, "DM2022"), (status, Code(failed)));
        (status, JsonElement done) = await server.SendAsync(
            HttpMethod.Post,
            Databases + "/shop/execute",
            """{"sql":"create table a(b int)"}"""
        );
        Assert.Equal((200, "CREATE TABLE"), (status, done.GetProperty("command").GetString()));
    }

    [Fact]
    public async Task A_push_answers_with_the_number_of_its_statements_and_a_second_one_with_a_conflict()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop"}""");
        const string body = """{"schemas":["public"],"statements":["create table a(b int)"]}""";

        (int status, JsonElement done) = await server.SendAsync(HttpMethod.Post, Databases + "/shop/push", body);
        Assert.Equal((200, 1), (status, done.GetProperty("statements").GetInt32()));
        (status, JsonElement again) = await server.SendAsync(HttpMethod.Post, Databases + "/shop/push", body);
        Assert.Equal((409, "DM2026"), (status, Code(again)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"schemas":["public"],"statements":[null]}""")]
    [InlineData("""{"schemas":[null],"statements":[]}""")]
    public async Task A_push_without_its_lists_is_refused(string body)
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop"}""");

        (int status, JsonElement answer) = await server.SendAsync(HttpMethod.Post, Databases + "/shop/push", body);

        Assert.Equal((400, "DM2032"), (status, Code(answer)));
    }

    [Fact]
    public async Task A_failure_that_nobody_foresaw_tells_nothing_of_its_inside()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        server.Instances.BeforeCreate = _ => throw new InvalidOperationException("a secret");

        (int status, JsonElement answer) = await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop"}""");

        Assert.Equal((500, "DM2039"), (status, Code(answer)));
        Assert.DoesNotContain("secret", answer.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureKind.ComputeAsleep, 503)]
    [InlineData(FailureKind.Conflict, 409)]
    [InlineData(FailureKind.Quota, 403)]
    public async Task A_failure_of_an_instance_keeps_its_code_and_gets_a_status_by_its_kind(FailureKind kind, int expected)
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        server.Instances.BeforeCreate = _ => throw new DormouseException(kind, "DM3999", "It would not.");

        (int status, JsonElement answer) = await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop"}""");

        Assert.Equal((expected, "DM3999"), (status, Code(answer)));
    }

    [Fact]
    public async Task The_status_counts_databases_by_state_and_stop_is_passed_on()
    {
        await using ManagementServer server = await ManagementServer.StartAsync();
        await server.SendAsync(HttpMethod.Post, Databases, """{"name":"shop"}""");

        (int status, JsonElement shown) = await server.SendAsync(HttpMethod.Get, "/management/status");

        Assert.Equal(200, status);
        Assert.Equal(1, shown.GetProperty("states").GetProperty("running").GetInt32());
        Assert.Equal("1.2.3", shown.GetProperty("version").GetString());
        Assert.Equal(202, (await server.SendAsync(HttpMethod.Post, "/management/stop")).Status);
        Assert.True(server.StopWasAsked);
    }

    private static string Code(JsonElement body) => body.GetProperty("error").GetProperty("code").GetString()!;
}
