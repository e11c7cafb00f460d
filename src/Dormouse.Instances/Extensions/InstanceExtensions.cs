using System.Security.Cryptography;
using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Instances.Images;
using Dormouse.Instances.Lifecycle;
using Dormouse.Instances.Templates;
using Dormouse.Instances.Upkeep;
using Dormouse.Postgres;
using Microsoft.Extensions.Logging;

namespace Dormouse.Instances.Extensions;

/// <summary>
/// Creates extensions for tenants. One that PostgreSQL trusts is created as the tenant's role, and the superuser has no part in it. The script of any other
/// runs as superuser, in a database full of objects of a tenant who may mean harm, so none of these may be found while it runs:
/// 1. a session whose settings are PostgreSQL's own, whatever the tenant set for its database or for everybody; 2. in one transaction: a new schema of the
/// platform's, in which nobody else can create anything; 3. the script, which by PostgreSQL's rules finds names in that schema and in
/// <c>pg_catalog</c> alone; 4. the extension moves to <c>public</c>, which runs no code, and the schema goes. Thread-safe.
/// </summary>
/// <remarks>
/// PostGIS writes the name of its schema into its functions, so the new schema is called <c>public</c> while the script runs, and the tenant's, for
/// as long as the transaction lasts, something else. Nobody else ever sees that.
/// </remarks>
public sealed partial class InstanceExtensions(
    ExtensionOptions options,
    InstanceLifecycle lifecycle,
    ImageStore images,
    TimeProvider time,
    ILogger<InstanceExtensions> logger
) : IExtensions
{
    private const string Purpose = "extensions";
    private const string NewSchemaPrefix = "dormouse_new_";

    private const string Installed = """
        SELECT e.extname, e.extversion, n.nspname, e.extowner = r.oid
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace, pg_roles r
        WHERE r.rolname = 'dormouse'
        """;

    // What a tenant gave its database, its roles or everybody reaches every session that begins there, a superuser's too.
    private const string ForgetSettings = """
        SELECT set_config(name, coalesce(boot_val, ''), false) FROM pg_settings
        WHERE source IN ('global', 'database', 'user', 'database user') AND context IN ('user', 'superuser')
        """;

    public async Task<IReadOnlyList<ExtensionResource>> ListAsync(DatabaseId id, CancellationToken cancellationToken)
    {
        PostgresImage image = ImageOf(id);
        IReadOnlyDictionary<string, InstalledExtension> installed = await AsPlatformAsync(id, FindAsync, cancellationToken);
        return
        [
            .. AllowedExtensions.Of(image).OrderBy(each => each.Name, StringComparer.Ordinal).Select(each => Resource(each, installed)),
        ];
    }

    public async Task<ExtensionResource> AddAsync(DatabaseId id, string name, CancellationToken cancellationToken)
    {
        ImageExtension extension = AllowedExtensions.Require(ImageOf(id), name);
        if (extension.Trusted)
        {
            await AsTenantAsync(id, name, $"CREATE EXTENSION IF NOT EXISTS {Quoted(name)}", cancellationToken);
        }
        else
        {
            await AsPlatformAsync(id, (session, token) => CreateAsync(session, name, token), cancellationToken, name);
        }
        Log.Added(logger, id, name);
        return Resource(extension, await AsPlatformAsync(id, FindAsync, cancellationToken));
    }

    public async Task RemoveAsync(DatabaseId id, string name, CancellationToken cancellationToken)
    {
        ImageExtension extension = AllowedExtensions.Require(ImageOf(id), name);
        IReadOnlyDictionary<string, InstalledExtension> installed = await AsPlatformAsync(id, FindAsync, cancellationToken);
        if (!installed.TryGetValue(name, out InstalledExtension? found))
        {
            throw ExtensionFailures.NotThere(name);
        }
        if (found.IsOfPlatform)
        {
            await AsPlatformAsync(id, (session, token) => DropAsync(session, extension.Name, token), cancellationToken, name);
        }
        else
        {
            await AsTenantAsync(id, name, $"DROP EXTENSION {Quoted(name)} RESTRICT", cancellationToken);
        }
        Log.Removed(logger, id, name);
    }

    /// <summary>Creates one as the platform, in a session of the platform. Nothing happens if it is there.</summary>
    internal static async Task<bool> CreateAsync(ServerConnection session, string name, CancellationToken cancellationToken)
    {
        await session.ExecuteSimpleAsync(ForgetSettings, cancellationToken);
        if ((await FindAsync(session, cancellationToken)).ContainsKey(name))
        {
            return false;
        }
        string schema = NewSchemaPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        string creation = AllowedExtensions.NamingTheirSchema.Contains(name) ? CreationInPublic(name, schema) : CreationApart(name, schema);
        await session.ExecuteSimpleAsync($"BEGIN; {creation} DROP SCHEMA {schema} RESTRICT", cancellationToken);
        foreach (ExtensionTable table in await ExtensionTable.FindAsync(session, [name], cancellationToken))
        {
            await session.ExecuteSimpleAsync(
                $"GRANT INSERT, UPDATE, DELETE ON {table.QuotedName} TO {RoleSecrets.AppRole}",
                cancellationToken
            );
        }
        await session.ExecuteSimpleAsync("COMMIT", cancellationToken);
        return true;
    }

    private static string CreationApart(string name, string schema) =>
        $"CREATE SCHEMA {schema}; CREATE EXTENSION {Quoted(name)} SCHEMA {schema}; ALTER EXTENSION {Quoted(name)} SET SCHEMA public;";

    // It says of itself that it cannot be moved, which is true of any place with another name.
    private static string CreationInPublic(string name, string schema) =>
        $"""
            ALTER SCHEMA public RENAME TO {schema}_tenant; CREATE SCHEMA public;
            CREATE EXTENSION {Quoted(name)} SCHEMA public;
            ALTER SCHEMA public RENAME TO {schema}; ALTER SCHEMA {schema}_tenant RENAME TO public;
            UPDATE pg_extension SET extrelocatable = true WHERE extname = '{name}';
            ALTER EXTENSION {Quoted(name)} SET SCHEMA public;
            UPDATE pg_extension SET extrelocatable = false WHERE extname = '{name}';
            """;

    private static async Task<bool> DropAsync(ServerConnection session, string name, CancellationToken cancellationToken)
    {
        await session.ExecuteSimpleAsync(ForgetSettings, cancellationToken);
        await session.ExecuteSimpleAsync($"DROP EXTENSION {Quoted(name)} RESTRICT", cancellationToken);
        return true;
    }

    internal static async Task<IReadOnlyDictionary<string, InstalledExtension>> FindAsync(
        ServerConnection session,
        CancellationToken cancellationToken
    ) =>
        (await PlatformSession.RowsAsync(session, Installed, cancellationToken)).ToDictionary(
            row => row[0]!,
            row => new InstalledExtension(row[1]!, row[2]!, row[3] == "t"),
            StringComparer.Ordinal
        );

    private static ExtensionResource Resource(ImageExtension extension, IReadOnlyDictionary<string, InstalledExtension> installed)
    {
        InstalledExtension? found = installed.GetValueOrDefault(extension.Name);
        return new ExtensionResource(extension.Name, extension.Version, extension.Trusted ? "tenant" : "platform")
        {
            Installed = found?.Version,
            Schema = found?.Schema,
        };
    }

    private PostgresImage ImageOf(DatabaseId id)
    {
        string digest = lifecycle.RecordOf(id).ImageDigest;
        return images.Find(digest) ?? throw WakeFailures.ImageMissing(id, digest);
    }

    private Task<bool> AsTenantAsync(DatabaseId id, string name, string sql, CancellationToken cancellationToken) =>
        WithLeaseAsync(
            id,
            async (endpoint, token) =>
            {
                var login = new ServerLogin(endpoint.SocketPath, endpoint.User, endpoint.Password, endpoint.DatabaseName);
                var session = new ServerConnectionOptions
                {
                    ApplicationName = "dormouse " + Purpose,
                    StatementCharsMax = 0,
                    Settings = [new("search_path", "public"), new("lock_timeout", "1s")],
                };
                await using ServerConnection connection = await ServerConnection.OpenAsync(login, session, token);
                await connection.ExecuteSimpleAsync(sql, token);
                return true;
            },
            name,
            cancellationToken
        );

    private Task<T> AsPlatformAsync<T>(
        DatabaseId id,
        Func<ServerConnection, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken,
        string? name = null
    ) =>
        WithLeaseAsync(
            id,
            async (_, token) =>
            {
                RoleSecrets secrets = lifecycle.OpenSecrets(id);
                await using ServerConnection session = await PlatformSession.OpenAsync(
                    lifecycle.FolderOf(id),
                    secrets,
                    PlatformSession.MainDatabase,
                    Purpose,
                    token
                );
                return await work(session, token);
            },
            name,
            cancellationToken
        );

    private async Task<T> WithLeaseAsync<T>(
        DatabaseId id,
        Func<InstanceEndpoint, CancellationToken, Task<T>> work,
        string? name,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using IInstanceLease lease = await lifecycle.LeaseAsync(id, limit.Token);
            return await work(lease.Endpoint, limit.Token);
        }
        catch (PostgresException exception) when (name is not null)
        {
            string detail = exception.Detail is { } text ? $" ({text.ReplaceLineEndings("; ")})" : "";
            throw ExtensionFailures.Refused(name, exception.MessageText.TrimEnd('.') + detail, exception);
        }
        catch (Exception exception) when (exception is PostgresException or ServerConnectionException)
        {
            throw ExtensionFailures.Unreachable(id, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw ExtensionFailures.Unreachable(
                id,
                new TimeoutException($"it took longer than {options.Timeout.TotalSeconds:0} s.", exception)
            );
        }
    }

    /// <summary>Names come from the image; one with a quote in it is none of PostgreSQL's.</summary>
    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static partial class Log
    {
        [LoggerMessage(3540, LogLevel.Information, "{Id} has the extension {Name}")]
        public static partial void Added(ILogger logger, DatabaseId id, string name);

        [LoggerMessage(3541, LogLevel.Information, "{Id} has the extension {Name} no more")]
        public static partial void Removed(ILogger logger, DatabaseId id, string name);
    }
}

/// <summary>An extension that a database has.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Schema">Where its objects are.</param>
/// <param name="IsOfPlatform">Whether the platform's role owns it.</param>
internal sealed record InstalledExtension(string Version, string Schema, bool IsOfPlatform);
