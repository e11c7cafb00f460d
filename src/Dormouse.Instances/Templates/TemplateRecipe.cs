using Dormouse.Instances.Host;
using Dormouse.Instances.Images;

namespace Dormouse.Instances.Templates;

/// <summary>
/// Initialises a data directory: <c>initdb</c>, our settings and access rules, then the roles and owners by PostgreSQL's single-user
/// mode, so that no server ever runs with open doors.
/// </summary>
internal static class TemplateRecipe
{
    /// <summary>Rises when a template would come out otherwise than before; templates of earlier recipes are not cloned any more.</summary>
    public const int Version = 2;

    /// <summary>
    /// SCRAM's iterations slow down guessing of weak passwords. These secrets are 256 random bits, which nobody guesses, and each wake
    /// pays for the iterations on both sides.
    /// </summary>
    private const int ScramIterations = 64;

    private const string AccessRules = """
        # Only through the unix socket and only with a password; the host's mounts decide who sees the socket at all.
        local all         all      scram-sha-256
        local replication dormouse scram-sha-256

        """;

    private const string Advice = "The data folder's disk may be full or read-only, or the host forbids bubblewrap: see the host checks.";

    /// <param name="image">Whose programs are used.</param>
    /// <param name="dataPath">An existing empty folder that belongs to <paramref name="user"/>.</param>
    /// <param name="workPath">A folder for the password file.</param>
    /// <param name="user">The host's user to run as; null: who we are.</param>
    /// <param name="secrets">The passwords to set.</param>
    /// <param name="cancellationToken">Ends the programs.</param>
    public static async Task MakeAsync(
        PostgresImage image,
        string dataPath,
        string workPath,
        int? user,
        RoleSecrets secrets,
        CancellationToken cancellationToken
    )
    {
        string passwords = Path.Combine(workPath, "initdb");
        CreateFolder(passwords, user);
        WriteFile(Path.Combine(passwords, "password"), secrets.PlatformPassword + "\n", user);
        var sandbox = new ImageSandbox(image)
        {
            User = user,
            Mounts = new Dictionary<string, string> { [PostgresImage.DataMount] = dataPath, [PostgresImage.ConfigMount] = passwords },
        };
        HostCommand initdb = (sandbox with { HasShell = true }).Command("initdb", InitdbArguments());
        (await initdb.RunAsync(cancellationToken)).OrThrow("DM3010", "The template's data directory cannot be initialised", Advice);
        Directory.Delete(passwords, recursive: true);
        WriteFile(Path.Combine(dataPath, "postgresql.conf"), TemplateSettings.TextFor(image.MajorVersion), user);
        WriteFile(Path.Combine(dataPath, "pg_hba.conf"), AccessRules, user);

        sandbox = sandbox with { Mounts = new Dictionary<string, string> { [PostgresImage.DataMount] = dataPath } };
        HostCommand single = sandbox.Command("postgres", SingleUserArguments()) with { Input = Bootstrap(secrets) };
        (await single.RunAsync(cancellationToken)).OrThrow("DM3010", "The template's roles cannot be made", Advice);
        DropMaps(dataPath);
    }

    /// <summary>
    /// Free space and visibility maps are hints that PostgreSQL does without and makes again where a table grows and is vacuumed. Those that
    /// initdb leaves are a quarter of all files, and what a clone costs is the number of its files.
    /// </summary>
    private static void DropMaps(string dataPath)
    {
        foreach (string file in Directory.EnumerateFiles(dataPath, "*", SearchOption.AllDirectories).ToList())
        {
            if (file.EndsWith("_fsm", StringComparison.Ordinal) || file.EndsWith("_vm", StringComparison.Ordinal))
            {
                File.Delete(file);
            }
        }
    }

    private static IEnumerable<string> InitdbArguments() =>
        [
            "--pgdata=" + PostgresImage.DataMount,
            "--username=" + RoleSecrets.PlatformRole,
            "--pwfile=" + PostgresImage.ConfigMount + "/password",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
            "--lc-messages=C",
            "--wal-segsize=1",
            "--set=shared_buffers=8MB",
            "--set=max_connections=30",
            $"--set=scram_iterations={ScramIterations}",
            // initdb's checkpoints would leave segments for a load that never comes.
            "--set=wal_recycle=off",
            "--set=min_wal_size=2MB",
            "--no-sync",
            "--no-instructions",
        ];

    private static IEnumerable<string> SingleUserArguments() =>
        [
            "--single",
            "-j",
            "-D",
            PostgresImage.DataMount,
            "-c",
            "exit_on_error=on",
            "-c",
            "wal_recycle=off",
            "-c",
            $"scram_iterations={ScramIterations}",
            "postgres",
        ];

    // In single-user mode with -j a statement ends at a semicolon and an empty line. The passwords are hexadecimal, so quoting is safe.
    // template0 goes: nothing here needs a pristine copy, and it costs 7.5 MB in every database.
    private static string Bootstrap(RoleSecrets secrets) =>
        $"""
            CREATE ROLE {RoleSecrets.AppRole} LOGIN CREATEDB CREATEROLE PASSWORD '{secrets.AppPassword}';

            ALTER DATABASE postgres OWNER TO {RoleSecrets.AppRole};

            ALTER SCHEMA public OWNER TO {RoleSecrets.AppRole};

            UPDATE pg_database SET datistemplate = false WHERE datname = 'template0';

            DROP DATABASE template0;

            CHECKPOINT;


            """;

    private static void CreateFolder(string path, int? user)
    {
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Give(path, user);
    }

    private static void WriteFile(string path, string text, int? user)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var writer = new StreamWriter(path, options))
        {
            writer.Write(text);
        }
        Give(path, user);
    }

    private static void Give(string path, int? user)
    {
        if (user is { } owner)
        {
            HostDisk.ChangeOwner(path, owner);
        }
    }
}
