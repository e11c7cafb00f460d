using Dormouse.Contracts.Management;
using Dormouse.Control.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Dormouse.Control.Edges;

/// <summary>Edges over the management endpoint: who may follow this platform.</summary>
internal sealed class EdgeEndpoints(ManagementRequests requests, EdgeRegistry edges, EdgeLeases leases, IHostApplicationLifetime lifetime)
{
    private CancellationToken Stopping => lifetime.ApplicationStopping;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/management/edges", requests.Handle(ListAsync));
        routes.MapPost("/management/edges", requests.Handle(AddAsync));
        routes.MapDelete("/management/edges/{edge}", requests.Handle(RemoveAsync));
    }

    private Task<Answer> ListAsync(HttpContext context) =>
        Task.FromResult(Answer.Ok([.. edges.List().Select(Resource)], ManagementJson.Default.IReadOnlyListEdgeResource));

    private async Task<Answer> AddAsync(HttpContext context)
    {
        AddEdgeRequest request = await requests.ReadAsync(context, ManagementJson.Default.AddEdgeRequest);
        AddedEdge added = await edges.AddAsync(request.Name, Stopping);
        return Answer.Created(Resource(added.Edge) with { Token = added.Token }, ManagementJson.Default.EdgeResource);
    }

    private async Task<Answer> RemoveAsync(HttpContext context)
    {
        await edges.RemoveAsync((string)context.Request.RouteValues["edge"]!, Stopping);
        return Answer.NoContent;
    }

    private EdgeResource Resource(Edge edge) => new(edge.Id.ToString(), edge.Name, edge.Hint, edge.CreatedAt, leases.Count(edge.Id));
}
