using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Databases;
using Dormouse.Control.Edges;
using Dormouse.Postgres;

namespace Dormouse.Control.Attached;

/// <summary>Attaches servers, replaces the URL of an attached one, and lets go of them. Each server is looked at before it is kept.</summary>
internal sealed class Attachment(DatabaseRegistry databases, AttachedStore store, AttachedServers servers, RevisionLog log)
{
    /// <summary>An open transaction takes one connection, and plain queries need another.</summary>
    public const int ConnectionsMin = 2;

    // As an instance's pool: more than ten seldom answer more, and the server is shared with others.
    private const int ConnectionsDefaultMax = 10;

    /// <summary>Makes a database of a server that is there already. Nothing is changed on the server.</summary>
    public async Task<(CreatedDatabase Created, IReadOnlyList<string> Notes)> AttachAsync(
        AttachRequest request,
        CancellationToken cancellationToken
    )
    {
        Names.Check(request.Name, "database");
        (AttachedRow row, IReadOnlyList<string> notes) = await CheckAsync(request, cancellationToken);
        CreatedDatabase created = await databases.CreateAndFillAsync(
            request.Name,
            request.ConnectionName,
            id => SetAsync(id, row, cancellationToken),
            cancellationToken
        );
        return (created, notes);
    }

    /// <summary>Another password, address or pool size for a database that is attached already. Its keys stay as they are.</summary>
    public async Task<IReadOnlyList<string>> ReplaceAsync(Database database, AttachRequest request, CancellationToken cancellationToken)
    {
        RefuseUnlessAttached(database);
        (AttachedRow row, IReadOnlyList<string> notes) = await CheckAsync(request, cancellationToken);
        await SetAsync(database.Id, row, cancellationToken);
        return notes;
    }

    /// <summary>On return no edge gives answers of the server before.</summary>
    private async Task SetAsync(DatabaseId id, AttachedRow row, CancellationToken cancellationToken)
    {
        (AttachedRow kept, long revision) = await log.GuardAsync(() => store.AttachAsync(id, row, cancellationToken));
        servers.Set(id, kept);
        await log.SettleAsync(revision, cancellationToken);
    }

    /// <exception cref="DormouseException">Its data is here, and would go with it.</exception>
    public static void RefuseUnlessAttached(Database database)
    {
        if (database.Attached is null)
        {
            throw AttachFailures.NotAttached(database);
        }
    }

    private static async Task<(AttachedRow Row, IReadOnlyList<string> Notes)> CheckAsync(
        AttachRequest request,
        CancellationToken cancellationToken
    )
    {
        string text = request.VerifyCertificate == false ? WithoutVerification(request.Url ?? "") : request.Url ?? "";
        ServerUrl url = Parse(text);
        if (request.RootCertificates is { } pem && !ServerUrl.TryReadCertificates(pem, out _))
        {
            throw AttachFailures.Certificates();
        }
        ServerFacts facts = await ServerProbe.AskAsync(url, request.RootCertificates, cancellationToken);
        int? asked = request.Connections ?? url.ConnectionLimit;
        int connections = asked ?? Math.Clamp(facts.Free / 2, ConnectionsMin, ConnectionsDefaultMax);
        if (connections < ConnectionsMin || connections > (asked is null ? facts.Free : facts.Allowed))
        {
            throw AttachFailures.TooFewConnections(url, facts, connections);
        }
        string reason = asked is null
            ? $"The pool has {connections} connections: half of the {facts.Free} that are free of {facts.ConnectionsMax}, and {ConnectionsDefaultMax} at "
                + "most. --connections changes that."
            : $"The pool has {connections} connections, as asked for; the server allows {facts.ConnectionsMax}, of which {facts.Free} are free.";
        return (new AttachedRow(text, request.RootCertificates, connections, facts.Version), [reason, .. url.Notes, .. facts.Notes()]);
    }

    private static ServerUrl Parse(string text)
    {
        try
        {
            return ServerUrl.Parse(text);
        }
        catch (FormatException malformed)
        {
            // Without the cause: what the URL's parser says may quote it.
            throw AttachFailures.Url(malformed.Message);
        }
    }

    private static string WithoutVerification(string url) =>
        url.Trim() + (url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "sslmode=no-verify";
}
