using System.Text;
using Dormouse.Contracts;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;
using Dormouse.Testing;

namespace Dormouse.Instances.Tests.Templates;

public sealed class PasswordChangeTests : IDisposable
{
    private const string Roles = "global/1260";

    private readonly TestDataFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_page_of_the_roles_has_the_checksum_that_postgresql_gave_it()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        byte[] content = await File.ReadAllBytesAsync(Path.Combine(template.DataPath, Roles), Cancellation);
        Assert.NotEmpty(content);
        for (int number = 0; number < content.Length / DataPage.Bytes; number++)
        {
            ReadOnlySpan<byte> page = content.AsSpan(number * DataPage.Bytes, DataPage.Bytes);
            Assert.Equal(DataPage.StoredChecksum(page), DataPage.Checksum(page, (uint)number));
        }
    }

    [Fact]
    public async Task A_clone_has_its_own_passwords_and_the_template_keeps_its()
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(template.DataPath, Roles), Cancellation);
        var own = RoleSecrets.New();
        Assert.True(await TestImage.Templates.CloneAsync(template, folder.Combine("data"), null, own, Cancellation));

        byte[] after = await File.ReadAllBytesAsync(folder.Combine("data", Roles), Cancellation);
        Assert.Equal(before.Length, after.Length);
        Assert.Equal(2, Count(after, "SCRAM-SHA-256$64:"));
        Assert.NotEqual(before, after);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(template.DataPath, Roles), Cancellation));
    }

    [Fact]
    public async Task A_new_instance_refuses_the_templates_passwords_from_its_first_moment_and_takes_its_own()
    {
        RoleSecrets template = (await TestImage.GetTemplateAsync()).Secrets;
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        using IInstanceLease lease = await host.Lifecycle.LeaseAsync(id, Cancellation);

        foreach (
            (string role, string password) in ((string, string)[])[("app", template.AppPassword), ("dormouse", template.PlatformPassword)]
        )
        {
            var login = new ServerLogin(lease.Endpoint.SocketPath, role, password, lease.Endpoint.DatabaseName);
            var refusal = await Assert.ThrowsAsync<PostgresException>(async () =>
                await ServerConnection.OpenAsync(login, new ServerConnectionOptions(), Cancellation)
            );
            Assert.Equal("28P01", refusal.SqlState);
        }
        await using ServerConnection session = await TestHost.ConnectAsync(lease.Endpoint);
        Assert.Equal("app", await TestHost.ScalarAsync(session, "SELECT current_user"));
        RoleSecrets own = host.Lifecycle.OpenSecrets(id);
        var platform = new ServerLogin(lease.Endpoint.SocketPath, "dormouse", own.PlatformPassword, lease.Endpoint.DatabaseName);
        await using ServerConnection second = await ServerConnection.OpenAsync(platform, new ServerConnectionOptions(), Cancellation);
        // It can be changed as ever, and what was changed by hand survives a start.
        Assert.Equal(
            "on",
            await TestHost.ScalarAsync(
                second,
                "ALTER ROLE app CONNECTION LIMIT 20; SELECT setting FROM pg_settings WHERE name = 'data_checksums'"
            )
        );
    }

    [Fact]
    public async Task A_creation_that_was_cut_short_before_its_record_said_so_is_finished_with_the_passwords_that_are_inside()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        await host.Lifecycle.SleepAsync(id, InstanceState.Stopped, Cancellation);
        RoleSecrets own = host.Lifecycle.OpenSecrets(id);
        (host.Lifecycle.RecordOf(id) with { SecretsSet = false }).Write(host.PathOf(id, "instance.json"));

        await using TestHost next = await host.SucceedAsync();
        Assert.Equal("app", await next.QueryAsync(id, "SELECT current_user"));
        Assert.Equal(own, next.Lifecycle.OpenSecrets(id));
        Assert.True(next.Lifecycle.RecordOf(id).SecretsSet);
    }

    [Theory]
    [InlineData("other passwords")]
    [InlineData("a wrong checksum")]
    [InlineData("a verifier that is cut")]
    [InlineData("half a page")]
    [InlineData("no file")]
    public async Task Nothing_is_changed_where_anything_is_not_as_expected(string what)
    {
        InstanceTemplate template = await TestImage.GetTemplateAsync();
        Directory.CreateDirectory(folder.Combine("global"));
        string path = folder.Combine(Roles);
        byte[] content = await File.ReadAllBytesAsync(Path.Combine(template.DataPath, Roles), Cancellation);
        RoleSecrets from = template.Secrets;
        switch (what)
        {
            case "other passwords":
                from = RoleSecrets.New();
                break;
            case "a wrong checksum":
                content[DataPage.Bytes - 1] ^= 1;
                break;
            case "a verifier that is cut":
                content[IndexOfVerifier(content) + 40] ^= 1;
                Sum(content);
                break;
            case "half a page":
                content = content[..(DataPage.Bytes / 2)];
                break;
            default:
                break;
        }
        if (what != "no file")
        {
            await File.WriteAllBytesAsync(path, content, Cancellation);
        }

        Assert.False(PasswordChange.TryMake(folder.Path, from, RoleSecrets.New()));

        byte[]? left = File.Exists(path) ? await File.ReadAllBytesAsync(path, Cancellation) : null;
        Assert.Equal(what == "no file" ? null : content, left);
    }

    private static void Sum(byte[] content) => DataPage.StoreChecksum(content.AsSpan(0, DataPage.Bytes), 0);

    private static int IndexOfVerifier(byte[] content) => content.AsSpan().IndexOf("SCRAM-SHA-256$64:"u8);

    private static int Count(byte[] content, string text) => Encoding.Latin1.GetString(content).Split(text).Length - 1;
}
