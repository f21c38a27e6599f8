using System.Text;
using Microsoft.AspNetCore.Http;
using Temoto.Generation;
using Temoto.Machine;
using Temoto.Server.Http;
using Temoto.Server.Models;
using Temoto.Server.Scheduling;

namespace Temoto.Server.Operations;

/// <summary>What operators and tools ask: <c>/health</c>, <c>/metrics</c>, <c>/slots</c>, <c>/props</c>, <c>/tokenize</c>, <c>/detokenize</c>.</summary>
internal static class OperationRoutes
{
    private const int MostTokens = 1 << 20;

    public static Task HealthAsync(HttpContext context, ServedModels models)
    {
        var status = models.IsClosed ? "stopping" : models.IsReady ? "ok" : "loading";
        return JsonAnswer.WriteAsync(context, new Health(status), OperationsContext.Default.Health, status == "ok" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    public static async Task MetricsAsync(HttpContext context, ServedModels models, ServerMetrics metrics)
    {
        var loaded = models.Residents;
        var text = new StringBuilder();
        metrics.WriteTo(text);
        ServerMetrics.WriteGauge(text, "temoto_ready", "1 once the first model is loaded.", models.IsReady ? 1 : 0);
        ServerMetrics.WriteGauge(text, "temoto_models_loaded", "Models that are loaded.", loaded.Count);
        ServerMetrics.WriteGauge(text, "temoto_models_bytes", "What they may take: weights, activations, caches of keys and values.", models.UsedBytes);
        ServerMetrics.WriteGauge(text, "temoto_resident_bytes", "Resident set, mapped weights included.", Environment.WorkingSet);
        ServerMetrics.WriteGauge(text, "temoto_peak_resident_bytes", "Largest resident set so far, mapped weights included.", PhysicalMemory.PeakResidentBytes());
        ServerMetrics.WriteGauge(text, "temoto_managed_bytes", "Of the collected heap.", GC.GetTotalMemory(false));
        if (models.IsReady)
        {
            Slot[] slots = [.. loaded.SelectMany(model => model.Scheduler.Slots)];
            ServerMetrics.WriteGauge(text, "temoto_slots", "Texts that are generated at a time, of all models.", slots.Length);
            ServerMetrics.WriteGauge(text, "temoto_slots_busy", "Slots at work.", slots.Count(slot => slot.Job is not null));
            ServerMetrics.WriteGauge(text, "temoto_queue_length", "Texts that wait for a slot.", loaded.Sum(model => model.Scheduler.QueueCount));
            ServerMetrics.WriteGauge(text, "temoto_kv_tokens", "Tokens in the slots' caches, of idle ones too.", slots.Sum(slot => slot.Cache.Count));
            ServerMetrics.WriteGauge(text, "temoto_kv_capacity_tokens", "Tokens there is room for.", loaded.Sum(model => (long)model.Scheduler.Slots.Count * model.Model.Info.ContextTokens));
            ServerMetrics.WriteGauge(text, "temoto_prefix_cache_bytes", "Keys and values of prompts kept beside the slots.", loaded.Sum(model => model.Scheduler.PrefixCacheBytes));
        }
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text.ToString(), context.RequestAborted).ConfigureAwait(false);
    }

    public static Task SlotsAsync(HttpContext context, ServedModel model) =>
        JsonAnswer.WriteAsync(context, (IReadOnlyList<SlotState>)[.. model.Scheduler.Slots.Select(StateOf)], OperationsContext.Default.IReadOnlyListSlotState);

    /// <param name="names">Of all models.</param>
    public static Task PropsAsync(HttpContext context, ServedModel model, IReadOnlyList<string> names)
    {
        var info = model.Model.Info;
        var (memory, scheduler) = (info.Memory, model.Scheduler.Settings);
        var sampling = SamplingSettings.From(new GenerationOptions(), model.Model.Defaults);
        var figures = model.Model.Engine.Plan.DecodeFigures;
        var props = new Props(
            model.Name,
            names,
            info.ModelType,
            info.Format,
            info.ParameterCount,
            scheduler.Slots,
            scheduler.QueueLength,
            info.ContextTokens,
            model.Model.HasChatTemplate,
            model.Model.WritesThoughts,
            model.Model.SwitchesThoughts,
            new SamplingDefaults(sampling.Temperature, sampling.TopP, sampling.TopK, sampling.MinP, sampling.RepetitionPenalty),
            new PlannedMemory(memory.WeightBytes, memory.KvBytes * scheduler.Slots, memory.ArenaBytes, scheduler.PrefixCacheBytes, memory.AvailableBytes),
            new PlannedTraffic(figures.WeightBytes, figures.BytesPerToken(1), figures.BytesPerToken(info.ContextTokens - 1)),
            info.KernelSet,
            info.Threads,
            TemotoServer.Version);
        return JsonAnswer.WriteAsync(context, props, OperationsContext.Default.Props);
    }

    public static async Task TokenizeAsync(HttpContext context, ServedModel model)
    {
        var tokens = await RequestBody.ReadAsync(context, fields =>
        {
            var text = fields.RequiredText("content");
            return model.Model.Tokenizer.Encode(text, addSpecialTokens: fields.Flag("add_special") ?? false, parseSpecial: fields.Flag("parse_special") ?? true);
        }).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new TokenIds(tokens), OperationsContext.Default.TokenIds).ConfigureAwait(false);
    }

    public static async Task DetokenizeAsync(HttpContext context, ServedModel model)
    {
        var text = await RequestBody.ReadAsync(context, fields =>
        {
            var items = fields.Items("tokens") ?? throw fields.Wrong("tokens", "an array of token ids");
            if (items.Count > MostTokens)
                throw fields.Wrong("tokens", $"at most {MostTokens}");
            var most = model.Model.Info.VocabSize;
            return model.Model.Detokenize([.. items.Select(item =>
                item.Value.ValueKind == System.Text.Json.JsonValueKind.Number && item.Value.TryGetInt32(out var id) && (uint)id < (uint)most
                    ? id
                    : throw RequestException.Bad(item.Place, "something else", $"a token id from 0 to {most - 1}", "mend the request"))]);
        }).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, new TokenText(text), OperationsContext.Default.TokenText).ConfigureAwait(false);
    }

    /// <summary>Read while the loop goes on: each figure is right, together they may be of two rounds.</summary>
    private static SlotState StateOf(Slot slot)
    {
        var (job, run) = (slot.Job, slot.Run);
        return job is null || run is null
            ? new SlotState(slot.Number, false, "idle", slot.Cache.Count, 0, 0)
            : new SlotState(slot.Number, true, slot.IsInPrompt ? "prompt" : "generating", slot.Cache.Count, job.Request.Prompt.Length, run.Generated);
    }
}
