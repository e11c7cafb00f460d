using Dormouse.Contracts;
using Dormouse.Contracts.Management;
using Dormouse.Control.Databases;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Control.Connections;

/// <summary>Connections over HTTP.</summary>
internal sealed class ConnectionEndpoints(
    ManagementRequests requests,
    ConnectionRegistry connections,
    DatabaseRegistry databases,
    ControlOptions options,
    IHostApplicationLifetime lifetime
)
{
    // Ten years: longer than any key should live, and far from where dates end.
    private const long SecondsMax = 10L * 365 * 24 * 3600;

    private CancellationToken Stopping => lifetime.ApplicationStopping;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/management/databases/{database}/connections", requests.Handle(ListAsync));
        routes.MapPost("/management/databases/{database}/connections", requests.Handle(CreateAsync));
        routes.MapGet("/management/connections/{connection}", requests.Handle(ShowAsync));
        routes.MapDelete("/management/connections/{connection}", requests.Handle(DeleteAsync));
        routes.MapPost("/management/connections/{connection}/rotate", requests.Handle(RotateAsync));
    }

    private async Task<Answer> ListAsync(HttpContext context)
    {
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        IReadOnlyList<Connection> all = await connections.ListAsync(database.Id, context.RequestAborted);
        return Answer.Ok([.. all.Select(Resource)], ManagementJson.Default.IReadOnlyListConnectionResource);
    }

    private async Task<Answer> CreateAsync(HttpContext context)
    {
        CreateConnectionRequest request = await requests.ReadAsync(context, ManagementJson.Default.CreateConnectionRequest);
        TimeSpan? lifetimeOfKey = Duration(request.ExpiresInSeconds, 1, "expiresInSeconds");
        Database database = await DatabaseEndpoints.NamedByAsync(context, databases);
        IssuedConnection issued = await connections.CreateAsync(database.Id, request.Name, lifetimeOfKey, Stopping);
        return Answer.Created(Resource(issued), ManagementJson.Default.ConnectionResource);
    }

    private async Task<Answer> ShowAsync(HttpContext context)
    {
        Connection connection = await connections.GetAsync(NamedBy(context), context.RequestAborted);
        return Answer.Ok(Resource(connection), ManagementJson.Default.ConnectionResource);
    }

    private async Task<Answer> DeleteAsync(HttpContext context)
    {
        await connections.DeleteAsync(NamedBy(context), Stopping);
        return Answer.NoContent;
    }

    private async Task<Answer> RotateAsync(HttpContext context)
    {
        RotateConnectionRequest request = await requests.ReadAsync(context, ManagementJson.Default.RotateConnectionRequest);
        TimeSpan? overlap = Duration(request.OverlapSeconds, 0, "overlapSeconds");
        IssuedConnection issued = await connections.RotateAsync(NamedBy(context), overlap, Stopping);
        return Answer.Ok(Resource(issued), ManagementJson.Default.ConnectionResource);
    }

    private static ConnectionId NamedBy(HttpContext context)
    {
        string text = (string)context.Request.RouteValues["connection"]!;
        return ConnectionId.TryParse(text, out ConnectionId id)
            ? id
            : throw new DormouseException(
                FailureKind.Caller,
                "DM2024",
                $"'{Names.Printable(text)}' is no connection id: one begins with 'con_'. './dormouse connection list DATABASE' shows them."
            );
    }

    private static TimeSpan? Duration(long? seconds, long min, string name) =>
        seconds is null ? null
        : seconds >= min && seconds <= SecondsMax ? TimeSpan.FromSeconds(seconds.Value)
        : throw new DormouseException(FailureKind.Caller, "DM2025", $"{name} is {seconds}, and must be from {min} to {SecondsMax}.");

    private ConnectionResource Resource(IssuedConnection issued) =>
        Resource(issued.Connection) with
        {
            ApiKey = issued.ApiKey,
            Urls = options.UrlsFor(issued.ApiKey),
        };

    private static ConnectionResource Resource(Connection connection) =>
        new(
            connection.Id.ToString(),
            connection.Name,
            new ConnectionName(connection.Database.ToString(), connection.DatabaseName),
            connection.CreatedAt,
            [.. connection.Keys.Select(key => new KeyResource(key.Hint, key.CreatedAt, key.ExpiresAt))]
        );
}
