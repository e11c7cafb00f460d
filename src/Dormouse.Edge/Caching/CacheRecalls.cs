using Dormouse.Edge.Caching.Disk;
using Dormouse.Edge.Tracing;

namespace Dormouse.Edge.Caching;

/// <summary>Brings answers back from disk, for requests that found nothing in memory. One read for each key.</summary>
internal sealed class CacheRecalls(AnswerCache cache, DiskCache disk)
{
    /// <summary>What is in memory once the disk has been asked. An answer that is there already costs a look.</summary>
    public async ValueTask<CacheFind> FindAsync(CacheLook look, ShapeCounters shape, CancellationToken clientGone)
    {
        if (cache.TryRecall(look, out bool leads) is not { } recall)
        {
            return default;
        }
        using Stage stage = Stage.Start("recall");
        if (leads)
        {
            // Not on the thread of a request: a disk may take its time.
            await Task.Run(() => Read(look, recall, shape), CancellationToken.None);
        }
        else
        {
            try
            {
                await recall.Over.WaitAsync(clientGone);
            }
            catch (OperationCanceledException cancelled) when (clientGone.IsCancellationRequested)
            {
                throw EdgeFailures.ClientGone(cancelled);
            }
        }
        stage.End();
        return cache.Find(look.Database, look.Key, look.Strategy);
    }

    private void Read(in CacheLook look, Recall recall, ShapeCounters shape)
    {
        CachedAnswer? answer = null;
        try
        {
            answer = disk.Read(look.Database, look.Key, recall.Entry);
        }
        finally
        {
            cache.Land(recall, answer, look.Strategy, shape);
        }
    }
}
