using Dormouse.Contracts;
using Dormouse.Instances.Drivers.Native;
using Dormouse.Instances.Tests.Lifecycle;
using Dormouse.Postgres;

namespace Dormouse.Instances.Tests.Drivers;

public sealed class SandboxTests(SharedInstance shared) : IClassFixture<SharedInstance>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Seen_from_the_host_the_server_is_another_user_in_namespaces_of_its_own_with_an_empty_environment()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        DatabaseId second = await host.CreateAsync();
        int pid = host.Lifecycle.Find(id)!.PostmasterPid!.Value;
        int other = host.Lifecycle.Find(second)!.PostmasterPid!.Value;

        foreach (string kind in (string[])["user", "pid", "net", "ipc", "uts", "mnt"])
        {
            Assert.NotEqual(NamespaceOf("self", kind), NamespaceOf($"{pid}", kind));
            Assert.NotEqual(NamespaceOf($"{other}", kind), NamespaceOf($"{pid}", kind));
        }
        Assert.DoesNotContain(
            "=/",
            File.ReadAllText($"/proc/{pid}/environ").Replace("PWD=/data", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        string status = File.ReadAllText($"/proc/{pid}/status");
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("CapBnd:\t0000000000000000", status, StringComparison.Ordinal);
        if (Libc.GetEffectiveUserId() == 0)
        {
            Assert.NotEqual(0, UserOf(pid));
            Assert.NotEqual(UserOf(pid), UserOf(other));
        }
    }

    [Fact]
    public async Task Inside_there_is_no_network_no_shell_and_nothing_of_the_host()
    {
        await using TestHost host = await TestHost.StartAsync();
        DatabaseId id = await host.CreateAsync();
        string root = $"/proc/{host.Lifecycle.Find(id)!.PostmasterPid}/root";
        Assert.SkipUnless(Libc.GetEffectiveUserId() == 0, "Looking into another mount namespace needs root.");

        Assert.Empty(Directory.EnumerateFileSystemEntries(root + "/tmp"));
        Assert.False(Directory.Exists(root + "/proc/self"));
        Assert.False(Directory.Exists(root + host.Folder.Path));
        Assert.False(Directory.Exists(root + "/home"));
        Assert.False(Directory.Exists(root + "/root"));
        Assert.Equal(
            ["null", "random", "shm", "urandom", "zero"],
            Directory.EnumerateFileSystemEntries(root + "/dev").Select(Path.GetFileName).Order()
        );
        foreach (string shell in (string[])["sh", "bash", "dash", "busybox"])
        {
            foreach (string folder in (string[])["/bin/", "/usr/bin/"])
            {
                var file = new FileInfo(root + folder + shell);
                Assert.True(!file.Exists || file.Length == 0, $"There is a shell: {folder}{shell}");
            }
        }
        string[] interfaces = File.ReadAllLines($"/proc/{host.Lifecycle.Find(id)!.PostmasterPid}/net/dev");
        Assert.All(interfaces.Skip(2), line => Assert.StartsWith("lo:", line.Trim(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'id'")]
    [InlineData("CREATE TEMP TABLE t (x text); COPY t FROM PROGRAM 'id'")]
    [InlineData("COPY (SELECT 1) TO '/tmp/x'")]
    [InlineData("CREATE TEMP TABLE t (x text); COPY t FROM '/etc/passwd'")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("SELECT pg_read_file('postgresql.conf')")]
    [InlineData("SELECT pg_read_binary_file('/etc/passwd')")]
    [InlineData("SELECT pg_ls_dir('/')")]
    [InlineData("SELECT pg_stat_file('/etc/passwd')")]
    [InlineData("SELECT lo_import('/etc/passwd')")]
    [InlineData("SELECT lo_export(lo_create(0), '/tmp/x')")]
    [InlineData("CREATE EXTENSION plpython3u")]
    [InlineData("CREATE EXTENSION plperlu")]
    [InlineData("CREATE EXTENSION file_fdw")]
    [InlineData("CREATE EXTENSION dblink; SELECT dblink_connect('host=/run/postgresql user=dormouse dbname=postgres')")]
    [InlineData("CREATE EXTENSION adminpack")]
    [InlineData("CREATE FUNCTION f(text) RETURNS int LANGUAGE c AS '/usr/lib/x86_64-linux-gnu/libc.so.6', 'system'")]
    [InlineData("CREATE FUNCTION f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'")]
    [InlineData("LOAD '/data/base/1/1'")]
    [InlineData("ALTER SYSTEM SET shared_preload_libraries = 'x'")]
    [InlineData("SET session_preload_libraries = 'x'")]
    [InlineData("SET log_min_messages = debug5")]
    [InlineData("ALTER ROLE app SUPERUSER")]
    [InlineData("CREATE ROLE evil SUPERUSER")]
    [InlineData("CREATE ROLE evil REPLICATION")]
    [InlineData("CREATE ROLE evil BYPASSRLS")]
    [InlineData("GRANT pg_execute_server_program TO app")]
    [InlineData("GRANT pg_read_server_files TO app")]
    [InlineData("GRANT pg_write_server_files TO app")]
    [InlineData("GRANT pg_signal_backend TO app")]
    [InlineData("GRANT dormouse TO app")]
    [InlineData("SET ROLE dormouse")]
    [InlineData("SET SESSION AUTHORIZATION dormouse")]
    [InlineData("ALTER ROLE dormouse PASSWORD 'x'")]
    [InlineData("DROP ROLE dormouse")]
    [InlineData("SELECT rolpassword FROM pg_authid")]
    [InlineData("SELECT pg_reload_conf()")]
    [InlineData("SELECT pg_rotate_logfile()")]
    [InlineData("CREATE SUBSCRIPTION s CONNECTION 'host=1.2.3.4' PUBLICATION p")]
    [InlineData("CREATE TABLESPACE t LOCATION '/tmp'")]
    public async Task The_tenants_role_is_refused(string sql)
    {
        await using ServerConnection session = await TestHost.ConnectAsync(shared.Endpoint);

        var refusal = await Assert.ThrowsAsync<PostgresException>(async () => await session.ExecuteSimpleAsync(sql, Cancellation));

        // Refused by rights, or because the thing is not there at all: 42501, 42704, 58P01, 0A000, 22023 and their like, never a crash.
        Assert.DoesNotContain(refusal.SqlState, (string[])["57P01", "57P02", "57P03", "XX000"]);
        Assert.Equal(
            "app f",
            await TestHost.ScalarAsync(
                session,
                "ROLLBACK; SELECT rolname || ' ' || rolsuper::text::char FROM pg_roles WHERE rolname = current_user"
            )
        );
    }

    private static string? NamespaceOf(string pid, string kind) => new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget;

    private static int UserOf(int pid) =>
        int.Parse(
            File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1],
            System.Globalization.CultureInfo.InvariantCulture
        );
}

/// <summary>One instance for all cases of a class.</summary>
public sealed class SharedInstance : IAsyncLifetime
{
    private TestHost? host;
    private IInstanceLease? lease;

    public InstanceEndpoint Endpoint => lease!.Endpoint;

    public async ValueTask InitializeAsync()
    {
        host = await TestHost.StartAsync();
        lease = await host.Lifecycle.LeaseAsync(await host.CreateAsync(), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        lease?.Dispose();
        await host!.DisposeAsync();
    }
}
